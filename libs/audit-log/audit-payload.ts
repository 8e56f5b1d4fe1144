import type { LogEntry } from './entry.js';
import { field, list, text, type Fields } from './values.js';

/** Google's own staff, whom Access Transparency does not name. */
export const googleStaff = 'Google';

/**
 * An entry's AuditLog. A TransparencyLog, which tells what Google's staff did, is read as one: it has its
 * methods and resources in `accesses`, and no authentication. Nothing for entries of other logs.
 */
export function auditPayloadOf(entry: LogEntry): Fields | undefined {
  return field(entry, 'protoPayload') ?? transparencyOf(field(entry, 'jsonPayload'));
}

function transparencyOf(payload: Fields | undefined): Fields | undefined {
  if (payload === undefined || text(payload['@type'])?.endsWith('.TransparencyLog') !== true)
    return undefined;
  const accesses = list(payload['accesses']);
  return {
    methodName: accesses[0]?.['methodName'],
    resourceName: accesses[0]?.['resourceName'],
    authenticationInfo: { principalSubject: googleStaff },
    accesses,
  };
}
