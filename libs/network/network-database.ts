import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { LRUCache } from 'lru-cache';
import { Reader, type Response } from 'maxmind';
import { globalAddress, type Network } from '#audit-log';
import { networkOf } from './network-record.js';

/** What became of a database file when it was looked at. What was loaded before stays in use. */
export type NetworkFileState =
  | { kind: 'loaded'; builtAtMs: number }
  | { kind: 'refused'; error: Error }
  | { kind: 'absent' }
  /** A record of a loaded file could not be read: its address is as unknown. */
  | { kind: 'unreadable'; error: Error };

export type NetworkDatabaseOptions = {
  /** Told at the first look at a file, and at each later one that finds it changed. */
  onState: (path: string, state: NetworkFileState) => void;
  checkEveryMs?: number;
  cachedAddresses?: number;
};

const absent = 'absent';
/** Longer texts are no addresses, and nothing to fill a cache with. */
const maxAddressLength = 45;

type Source = { path: string; stamp: string | undefined; reader: Reader<Response> | undefined };

/**
 * The country database of the npm package: data of the regional registries by way of ip-location-db, marked
 * CC0 in its manifest and CC BY 4.0 of the NRO (https://nro.net) in its README: attribution satisfies both.
 */
export function bundledNetworkDatabase(): string | undefined {
  try {
    const { resolve } = createRequire(import.meta.url);
    return resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
  } catch {
    return undefined;
  }
}

/** Country, city and ASN of public addresses, from files in MaxMind's format that may change at any time. */
export class NetworkDatabase {
  private readonly sources: readonly Source[];
  private readonly cache: LRUCache<string, { network: Network | undefined }>;
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | undefined;

  private constructor(
    paths: readonly string[],
    private readonly options: NetworkDatabaseOptions,
  ) {
    this.sources = paths.map((path) => ({ path, stamp: undefined, reader: undefined }));
    this.cache = new LRUCache({ max: options.cachedAddresses ?? 50_000 });
    this.timer = setInterval(() => void this.refresh(), options.checkEveryMs ?? 60_000).unref();
  }

  /** Of several files the first that knows a field decides it. */
  static async open(paths: readonly string[], options: NetworkDatabaseOptions): Promise<NetworkDatabase> {
    const database = new NetworkDatabase(paths, options);
    await database.refresh();
    return database;
  }

  /** What comes along, for tools: nobody hears whether it is there. */
  static bundled(): Promise<NetworkDatabase> {
    return NetworkDatabase.open([bundledNetworkDatabase() ?? []].flat(), { onState: () => undefined });
  }

  lookup(ip: string): Network | undefined {
    if (ip.length > maxAddressLength) return undefined;
    let known = this.cache.get(ip);
    if (!known) {
      known = { network: this.find(ip) };
      this.cache.set(ip, known);
    }
    return known.network;
  }

  /** Loads the files that changed since they were last looked at. */
  refresh(): Promise<void> {
    this.looking ??= Promise.all(this.sources.map((source) => this.look(source)))
      .then(() => undefined)
      .finally(() => {
        this.looking = undefined;
      });
    return this.looking;
  }

  close(): void {
    clearInterval(this.timer);
    this.cache.clear();
  }

  private async look(source: Source): Promise<void> {
    const stamp = await stampOf(source.path);
    if (stamp === source.stamp) return;
    source.stamp = stamp;
    this.options.onState(source.path, stamp === absent ? { kind: 'absent' } : await this.load(source));
  }

  private async load(source: Source): Promise<NetworkFileState> {
    try {
      const reader = readerOf(await readFile(source.path));
      source.reader = reader;
      this.cache.clear();
      return { kind: 'loaded', builtAtMs: reader.metadata.buildEpoch.getTime() };
    } catch (error) {
      return { kind: 'refused', error: asError(error) };
    }
  }

  private find(ip: string): Network | undefined {
    const address = globalAddress(ip);
    if (address === undefined) return undefined;
    const network: Network = {};
    for (const source of this.sources.toReversed()) Object.assign(network, this.findIn(source, address));
    return Object.keys(network).length > 0 ? network : undefined;
  }

  private findIn({ path, reader }: Source, address: string): Network | undefined {
    if (!reader || (reader.metadata.ipVersion === 4 && address.includes(':'))) return undefined;
    try {
      return networkOf(reader.get(address));
    } catch (error) {
      this.options.onState(path, { kind: 'unreadable', error: asError(error) });
      return undefined;
    }
  }
}

/** Tells one version of a file from the next, atomic renames included. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return [ino, size, mtimeMs].join(' ');
  } catch {
    return absent;
  }
}

/**
 * Reads a database, or refuses it: half a file may well have the shape of a whole one, so that the places
 * that it speaks of are looked at as well.
 * @throws Error
 */
function readerOf(bytes: Buffer): Reader<Response> {
  const reader = new Reader<Response>(bytes);
  const { searchTreeSize, nodeCount, ipVersion } = reader.metadata;
  if (!(nodeCount > 0 && searchTreeSize + 16 < bytes.length))
    throw new RangeError('the search tree is cut off');
  if (ipVersion !== 4 && ipVersion !== 6) throw new RangeError('the addresses are of no known kind');
  for (let first = 1; first < 224; first++) {
    networkOf(reader.get(`${first}.${first}.${first}.${first}`));
    if (ipVersion === 6) networkOf(reader.get(`2${first.toString(16).padStart(3, '0')}:${first}::1`));
  }
  return reader;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
