import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { bundledNetworkDatabase, NetworkDatabase, type NetworkFileState } from './network-database.js';

let folder: string;
let states: [path: string, kind: NetworkFileState['kind']][];
let databases: NetworkDatabase[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'network-'));
  states = [];
  databases = [];
});
afterEach(async () => {
  for (const database of databases) database.close();
  await rm(folder, { recursive: true });
});

const open = async (...paths: string[]) => {
  const onState = (path: string, { kind }: NetworkFileState) => void states.push([path, kind]);
  const database = await NetworkDatabase.open(paths, { onState });
  databases.push(database);
  return database;
};
const file = async (name: string, bytes: Uint8Array) => {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
};

describe('NetworkDatabase', () => {
  it('knows the countries of public addresses from the database that comes with the project', async () => {
    const bundled = bundledNetworkDatabase() ?? '';
    const database = await open(bundled);
    expect(states).toEqual([[bundled, 'loaded']]);
    expect(database.lookup('8.8.8.8')).toEqual({ countryCode: 'US' });
    expect(database.lookup('::ffff:8.8.8.8')).toEqual({ countryCode: 'US' });
    expect(database.lookup('::ffff:808:808')).toEqual({ countryCode: 'US' });
    expect(database.lookup('2a00:1450:4001::200e')?.countryCode).toMatch(/^[A-Z]{2}$/);
  });

  it('has nothing to say of addresses that are not public, even if the database has', async () => {
    const database = await open(await file('all.mmdb', mmdb([['0.0.0.0', 0, { country_code: 'FR' }]])));
    expect(database.lookup('9.9.9.9')).toEqual({ countryCode: 'FR' });
    const others = ['10.1.2.3', '127.0.0.1', '100.64.0.1', '192.168.1.1', '169.254.169.254', '224.0.0.1'];
    others.push('private', 'gce-internal-ip', '', '9.9.9', '9.9.9.9.9', '09.9.9.9', '9.9.9.9 ', 'localhost');
    others.push('::1', 'fe80::1', 'fc00::1', '2001:db8::1', '::ffff:10.0.0.1', '2600::1%eth0', '64:ff9b::1');
    for (const other of others) expect([other, database.lookup(other)]).toEqual([other, undefined]);
  });

  it('merges the records of a city and an ASN database, of which the first decides', async () => {
    const city = {
      country: { iso_code: 'CH', names: { en: 'Switzerland' } },
      registered_country: { iso_code: 'DE' },
      city: { names: { de: 'Zürich', en: 'Zurich' } },
      subdivisions: [{ iso_code: 'ZH', names: { en: 'Zurich (canton)' } }],
      location: { latitude: 47.37, longitude: 8.55 },
    };
    const asn = {
      autonomous_system_number: 3303,
      autonomous_system_organization: 'Swisscom',
      country_code: 'AT',
    };
    const database = await open(
      await file('city.mmdb', mmdb([['8.0.0.0', 8, city]])),
      await file('asn.mmdb', mmdb([['8.0.0.0', 5, asn]])),
    );
    expect(database.lookup('8.8.8.8')).toEqual({
      ...{ countryCode: 'CH', city: 'Zurich', region: 'Zurich (canton)', latitude: 47.37, longitude: 8.55 },
      ...{ asn: 3303, asOrganisation: 'Swisscom' },
    });
    expect(database.lookup('9.9.9.9')).toEqual({ countryCode: 'AT', asn: 3303, asOrganisation: 'Swisscom' });
    expect(database.lookup('99.9.9.9')).toBeUndefined();
    expect(database.lookup('2600::1')).toBeUndefined();
  });

  it.each([
    [
      { country: 'US', asn: 'AS15169', as_name: 'Google LLC' },
      { countryCode: 'US', asn: 15169, asOrganisation: 'Google LLC' },
    ],
    [
      { country_code: 'NL', city: 'Delft', state1: 'Zuid-Holland', latitude: '52.0', longitude: 4.25 },
      { countryCode: 'NL', city: 'Delft', region: 'Zuid-Holland', latitude: 52, longitude: 4.25 },
    ],
    [{ registered_country: { iso_code: 'DE' } }, { countryCode: 'DE' }],
    [{ country_code: 7, city: '', latitude: 'north', longitude: 999, asn: 'ASX' }, undefined],
    ['a text', undefined],
  ])('reads %j', async (record, network) => {
    const database = await open(await file('one.mmdb', mmdb([['8.0.0.0', 8, record]])));
    expect(database.lookup('8.8.8.8')).toEqual(network);
  });

  it('does without an absent file, and takes it up when it comes', async () => {
    const path = join(folder, 'late.mmdb');
    const database = await open(path);
    expect(database.lookup('8.8.8.8')).toBeUndefined();
    await database.refresh();
    await file('late.mmdb', mmdb([['8.0.0.0', 8, { country_code: 'SE' }]]));
    await database.refresh();
    expect(database.lookup('8.8.8.8')).toEqual({ countryCode: 'SE' });
    expect(states).toEqual([
      [path, 'absent'],
      [path, 'loaded'],
    ]);
  });

  it('takes up a file that was renamed into the place of another, and forgets what that one said', async () => {
    const path = await file('net.mmdb', mmdb([['8.0.0.0', 8, { country_code: 'SE' }]]));
    const database = await open(path);
    expect(database.lookup('8.8.8.8')).toEqual({ countryCode: 'SE' });
    await rename(await file('next.mmdb', mmdb([['8.0.0.0', 8, { country_code: 'NO' }]])), path);
    await database.refresh();
    expect(database.lookup('8.8.8.8')).toEqual({ countryCode: 'NO' });
    await rm(path);
    await database.refresh();
    expect(database.lookup('8.8.8.8')).toEqual({ countryCode: 'NO' });
    expect(states.map(([, kind]) => kind)).toEqual(['loaded', 'loaded', 'absent']);
  });

  it('keeps the old file while the new one is half written, at whatever byte that is', async () => {
    const old = mmdb([['8.0.0.0', 8, { country_code: 'SE' }]]);
    const next = mmdb([['8.0.0.0', 8, { country_code: 'NO' }]]);
    const path = await file('net.mmdb', old);
    const database = await open(path);
    for (let size = 0; size < next.length; size += 7) {
      await writeFile(path, next.subarray(0, size));
      await database.refresh();
      expect([size, database.lookup('8.8.8.8')]).toEqual([size, { countryCode: 'SE' }]);
      expect(states.splice(1)).toEqual([[path, 'refused']]);
      await database.refresh();
      expect(states).toHaveLength(1);
    }
    await writeFile(path, next);
    await database.refresh();
    expect(database.lookup('8.8.8.8')).toEqual({ countryCode: 'NO' });
  });

  it('refuses a file whose middle is missing', async () => {
    const whole = await readFile(bundledNetworkDatabase() ?? '');
    const path = await file('cut.mmdb', Buffer.concat([whole.subarray(0, 1 << 20), whole.subarray(-4096)]));
    const database = await open(path, await file('text.mmdb', Buffer.from('<html>404</html>')));
    expect(states.map(([, kind]) => kind)).toEqual(['refused', 'refused']);
    expect(database.lookup('8.8.8.8')).toBeUndefined();
  });

  it('looks for changes now and then until it is closed, and keeps no process alive', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] });
    try {
      const look = jest.spyOn(NetworkDatabase.prototype, 'refresh');
      const path = await file('net.mmdb', mmdb([['8.0.0.0', 8, { country_code: 'SE' }]]));
      const timers = jest.spyOn(globalThis, 'setInterval');
      const database = await NetworkDatabase.open([path], { onState: () => undefined, checkEveryMs: 5000 });
      expect(timers.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
      jest.advanceTimersByTime(10_000);
      expect(look).toHaveBeenCalledTimes(3);
      await database.refresh();
      database.close();
      expect(jest.getTimerCount()).toBe(0);
      look.mockRestore();
      timers.mockRestore();
    } finally {
      jest.useRealTimers();
    }
  });
});

type Value = string | number | readonly Value[] | { readonly [key: string]: Value };

/** A database of IPv4 networks, larger ones first, with 24-bit records: https://maxmind.github.io/MaxMind-DB/ */
function mmdb(networks: readonly [address: string, bits: number, record: Value][]): Buffer {
  type Node = [Node | number | undefined, Node | number | undefined];
  const data: Buffer[] = [];
  const root: Node = [undefined, undefined];
  const nodes = [root];
  let offset = 0;
  for (const [address, bits, record] of networks) {
    const encoded = encode(record);
    const path = address
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('');
    const ends = bits === 0 ? ['0', '1'] : [path.slice(0, bits)];
    for (const end of ends) {
      let node = root;
      for (const side of Array.from(end.slice(0, -1), Number) as (0 | 1)[]) {
        const next = node[side];
        if (Array.isArray(next)) node = next;
        else nodes.push((node = node[side] = [next, next]));
      }
      node[Number(end.at(-1)) as 0 | 1] = offset;
    }
    data.push(encoded);
    offset += encoded.length;
  }
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.flat().forEach((side, index) => {
    const value = Array.isArray(side)
      ? nodes.indexOf(side)
      : side === undefined
        ? nodes.length
        : nodes.length + 16 + side;
    tree.writeUIntBE(value, index * 3, 3);
  });
  const metadata = encode({
    ...{ binary_format_major_version: 2, binary_format_minor_version: 0, build_epoch: 1_770_000_000 },
    ...{ database_type: 'Test', ip_version: 4, languages: ['en'], node_count: nodes.length, record_size: 24 },
  });
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    metadata,
  ]);
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') return typed(2, Buffer.byteLength(value), Buffer.from(value));
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(Number.isInteger(value) ? 4 : 8);
    if (Number.isInteger(value)) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    return typed(bytes.length === 4 ? 6 : 3, bytes.length, bytes);
  }
  if (Array.isArray(value)) return typed(11, value.length, ...(value as Value[]).map(encode));
  const members = Object.entries(value).flatMap(([key, member]) => [encode(key), encode(member as Value)]);
  return typed(7, members.length / 2, ...members);
}

function typed(type: number, size: number, ...content: Buffer[]): Buffer {
  const control = ((type < 8 ? type : 0) << 5) | Math.min(size, 29);
  const more = [...(type < 8 ? [] : [type - 7]), ...(size < 29 ? [] : [size - 29])];
  return Buffer.concat([Buffer.from([control, ...more]), ...content]);
}
