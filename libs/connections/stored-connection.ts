import { connection, type Connection } from '#contracts';

type Changeable = Omit<Connection, 'id' | 'tenantId' | 'createdAt' | 'serviceAccountId'> & {
  serviceAccountId: string | null;
};

/** What a change may touch: `undefined` leaves a field, `null` takes an optional one away. */
export type ConnectionPatch = { [Field in keyof Changeable]?: Changeable[Field] | undefined };

/** @throws SyntaxError or ZodError when the record is not the connection that its id promises. */
export function parseStored(id: string, json: string): Connection {
  const parsed = connection.parse(JSON.parse(json));
  if (parsed.id !== id) throw new Error('is stored under another id');
  return parsed;
}

/**
 * The stored record with the patch applied. Fields that this version does not know are kept, so that
 * an older process never strips what a newer one wrote.
 */
export function applyPatch(json: string, patch: ConnectionPatch): string {
  const before = JSON.parse(json) as Record<string, unknown>;
  const given = Object.entries(patch).filter(([, value]) => value !== undefined);
  const merged = Object.entries({ ...before, ...Object.fromEntries(given) });
  const after = Object.fromEntries(merged.filter(([, value]) => value !== null));
  connection.parse(after);
  return JSON.stringify(after);
}
