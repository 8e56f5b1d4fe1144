import type { Connection } from '#contracts';
import type { Redis } from '#redis';
import { ConnectionCopy } from './connection-copy.js';
import { ConnectionRecords } from './connection-records.js';
import { applyPatch, parseStored } from './stored-connection.js';

export type DirectoryOptions = {
  /** How often the registry is asked for changes; 400 ms keeps a change within a second. */
  pollMs?: number;
  /** Sees each failed poll, unreadable record and failing listener; the directory carries on. */
  onError?: (error: Error) => void;
};

/** `conflict`: another account is pinned, or the connection is gone. */
export type PinOutcome = 'pinned' | 'already' | 'conflict';

export type ConnectionListener = (id: string, now: Connection | undefined) => void;

/**
 * The read side of the registry: a copy in memory, refreshed by polling, so that a lookup costs
 * nothing. With Redis away the last known state stays. Give it a Redis of role `control`.
 */
export class ConnectionDirectory {
  private readonly records: ConnectionRecords;
  private readonly copy: ConnectionCopy;
  private readonly listeners = new Set<ConnectionListener>();
  private readonly pollMs: number;
  private readonly onError: (error: Error) => void;
  /** Version of the copy; `undefined` before the first load and when the copy may lag behind. */
  private version: string | null | undefined;
  private loaded = false;
  private readonly writtenDuringPoll = new Set<string>();
  private polling: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(redis: Redis, options: DirectoryOptions = {}) {
    this.records = new ConnectionRecords(redis);
    this.pollMs = options.pollMs ?? 400;
    this.onError = options.onError ?? (() => undefined);
    this.copy = new ConnectionCopy((id, cause) => {
      this.onError(new Error(`connection ${id} is unreadable and ignored`, { cause }));
    });
  }

  /** Loads once and keeps polling. Resolves also when Redis is away: see {@link isLoaded}. */
  start(): Promise<void> {
    clearTimeout(this.timer);
    this.polling = this.poll();
    return this.polling;
  }

  get isLoaded(): boolean {
    return this.loaded;
  }

  /** How many stored records can not be read, and are therefore absent here. */
  get unreadable(): number {
    return this.copy.unreadable;
  }

  find(id: string): Connection | undefined {
    return this.copy.find(id);
  }

  all(): Connection[] {
    return this.copy.all();
  }

  /** Calls the listener for each connection that came, changed or vanished; gives how to end that. */
  onChange(listener: ConnectionListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Stores the account's numeric id unless one is stored, for every process at once.
   * @throws TransientError when Redis does not answer.
   */
  async pin(id: string, serviceAccountId: string): Promise<PinOutcome> {
    for (;;) {
      const json = await this.records.read(id);
      const known = json === undefined ? undefined : readable(id, json);
      if (json === undefined || known === undefined) return 'conflict';
      if (known.serviceAccountId !== undefined) {
        this.learn(id, json);
        return known.serviceAccountId === serviceAccountId ? 'already' : 'conflict';
      }
      const pinned = applyPatch(json, { serviceAccountId });
      // When this fails another writer got through, so the loop ends.
      if (await this.records.replace(id, json, pinned)) {
        this.learn(id, pinned);
        return 'pinned';
      }
    }
  }

  /** Stops polling and waits for the poll in progress. What was loaded stays readable. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.polling;
  }

  private async poll(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      this.onError(error instanceof Error ? error : new Error(String(error)));
    }
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.polling = this.poll();
    }, this.pollMs);
  }

  private async refresh(): Promise<void> {
    if (this.loaded && (await this.records.version()) === this.version) return;
    this.writtenDuringPoll.clear();
    const { version, records } = await this.records.snapshot();
    // What was written here meanwhile may be newer than the snapshot, so the next poll loads again.
    const changed = this.copy.replaceAll(records, this.writtenDuringPoll);
    this.version = this.writtenDuringPoll.size === 0 ? version : undefined;
    this.loaded = true;
    for (const id of changed) this.tell(id);
  }

  private learn(id: string, json: string): void {
    this.writtenDuringPoll.add(id);
    this.version = undefined;
    if (this.copy.set(id, json)) this.tell(id);
  }

  private tell(id: string): void {
    for (const listener of this.listeners) {
      try {
        listener(id, this.find(id));
      } catch (cause) {
        this.onError(new Error(`a listener failed on the change of connection ${id}`, { cause }));
      }
    }
  }
}

function readable(id: string, json: string): Connection | undefined {
  try {
    return parseStored(id, json);
  } catch {
    return undefined;
  }
}
