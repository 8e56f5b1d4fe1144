import { connection, type Connection } from '#contracts';
import type { Redis } from '#redis';
import { ConnectionRecords } from './connection-records.js';
import { applyPatch, parseStored, type ConnectionPatch } from './stored-connection.js';

export type { ConnectionPatch };

/** A connection before it is stored; make its `id` with `newConnectionId`. */
export type ConnectionDraft = Omit<Connection, 'state' | 'createdAt'>;

/** A patch, or how to make one from the connection as it is; may throw to refuse the change. */
export type ConnectionChange = ConnectionPatch | ((current: Connection) => ConnectionPatch);

/**
 * The write side of the registry. Every method throws a TransientError when Redis does not answer.
 * A record that no longer parses is told to `onUnreadable`, and treated as absent by all but `delete`.
 */
export class ConnectionStore {
  private readonly records: ConnectionRecords;

  constructor(
    redis: Redis,
    private readonly onUnreadable: (id: string, cause: unknown) => void = () => undefined,
  ) {
    this.records = new ConnectionRecords(redis);
  }

  /** Stores a new, active connection. @throws when the draft is invalid or its id is taken. */
  async create(draft: ConnectionDraft): Promise<Connection> {
    const created = connection.parse({ ...draft, state: 'active', createdAt: new Date().toISOString() });
    if (await this.records.create(created.id, JSON.stringify(created))) return created;
    throw new Error(`connection ${created.id} exists`);
  }

  async get(id: string): Promise<Connection | undefined> {
    const json = await this.records.read(id);
    return json === undefined ? undefined : this.parse(id, json);
  }

  /** All connections, oldest first. */
  async list(): Promise<Connection[]> {
    const { records } = await this.records.snapshot();
    return [...records]
      .flatMap(([id, json]) => this.parse(id, json) ?? [])
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id));
  }

  /**
   * Applies a change on top of whatever is stored now; nobody else's change is lost. Answers
   * `undefined` for an unknown id. @throws when the result would be invalid.
   */
  async update(id: string, change: ConnectionChange): Promise<Connection | undefined> {
    // Each turn that fails means that another writer got through, so this ends.
    for (;;) {
      const before = await this.records.read(id);
      const current = before === undefined ? undefined : this.parse(id, before);
      if (before === undefined || current === undefined) return undefined;
      const after = applyPatch(before, typeof change === 'function' ? change(current) : change);
      if (await this.records.replace(id, before, after)) return parseStored(id, after);
    }
  }

  /** False for an unknown id. */
  delete(id: string): Promise<boolean> {
    return this.records.delete(id);
  }

  private parse(id: string, json: string): Connection | undefined {
    try {
      return parseStored(id, json);
    } catch (cause) {
      this.onUnreadable(id, cause);
      return undefined;
    }
  }
}
