import type { Connection } from '#contracts';
import { parseStored } from './stored-connection.js';

type Entry = { json: string; connection: Connection | undefined };

/** The registry's records in memory. Parses only what changed, so that a refresh stays cheap. */
export class ConnectionCopy {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly onUnreadable: (id: string, cause: unknown) => void) {}

  get unreadable(): number {
    return [...this.entries.values()].filter(({ connection }) => connection === undefined).length;
  }

  find(id: string): Connection | undefined {
    return this.entries.get(id)?.connection;
  }

  all(): Connection[] {
    return [...this.entries.values()].flatMap(({ connection }) => connection ?? []);
  }

  /** Takes over one record; true when it differs from what was here. */
  set(id: string, json: string): boolean {
    const before = this.entries.get(id);
    if (before?.json === json) return false;
    const connection = this.parse(id, json);
    this.entries.set(id, { json, connection });
    return before?.connection !== undefined || connection !== undefined;
  }

  /** Takes over all records, except what is known to be newer here; gives the ids that changed. */
  replaceAll(records: ReadonlyMap<string, string>, newerHere: ReadonlySet<string>): string[] {
    const vanished = [...this.entries.keys()].filter((id) => !records.has(id) && !newerHere.has(id));
    const changed = vanished.filter((id) => this.find(id) !== undefined);
    for (const id of vanished) this.entries.delete(id);
    for (const [id, json] of records) {
      if (!newerHere.has(id) && this.set(id, json)) changed.push(id);
    }
    return changed;
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
