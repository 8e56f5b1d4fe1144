import { auditPayloadOf } from './audit-payload.js';
import type { LogEntry } from './entry.js';
import { originOf, type Origin } from './origin.js';
import { authorizationsOf, outcomeOf, type Authorization, type Outcome } from './outcome.js';
import { delegationChain, principalOf, thirdParty, type Principal } from './principal.js';
import { targetOf, type Resource, type Scope } from './target.js';
import { rfc3339Ms } from './timestamps.js';
import { field, integer, text, type Fields } from './values.js';

export type { Authorization, Origin, Outcome, Principal, Resource, Scope };

/** A part of a call that takes long and is logged when it begins and when it ends. */
export type Operation = {
  id: string;
  producer?: string;
  /** `only` stands for a call that is logged once; the others must not be counted as actions of their own. */
  position: 'only' | 'first' | 'middle' | 'last';
};

/** One of several entries that an entry too large was cut into. */
export type Split = { uid: string; index: number; total: number };

/** Who did what to which resource, from where, and whether it worked. What an entry does not say is absent. */
export type AuditActivity = {
  /** Whether the entry carries an AuditLog at all. */
  isAudit: boolean;
  service: string | undefined;
  method: string | undefined;
  actor: Principal | undefined;
  /** The service account key that was used: a secret that lasts. */
  keyName: string | undefined;
  /** The OAuth client that the call was made with. */
  clientId: string | undefined;
  /** Who acts through the actor: first who called, then each in between. */
  delegation: Principal[];
  authorizations: Authorization[];
  resources: Resource[];
  scope: Scope;
  origin: Origin;
  outcome: Outcome;
  operation: Operation | undefined;
  split: Split | undefined;
  /** RFC 3339 with nanoseconds, as it came. */
  time: string | undefined;
  timeMs: number | undefined;
  loggedMs: number | undefined;
  severity: string | undefined;
  logName: string | undefined;
  insertId: string | undefined;
};

/** Reads an entry as far as it goes; what is of a wrong type is as if it were not there. Never throws. */
export function readActivity(entry: LogEntry): AuditActivity {
  const payload = auditPayloadOf(entry);
  const authentication = field(payload, 'authenticationInfo');
  const method = text(payload?.['methodName']);
  const authorizations = authorizationsOf(payload);
  const { resources, scope } = targetOf(entry, payload, authorizations);
  const logName = text(entry['logName']);
  const time = text(entry['timestamp']);
  const timeMs = time === undefined ? undefined : rfc3339Ms(time);
  const logged = text(entry['receiveTimestamp']);
  // All fields in one literal: objects of one shape are read and written several times faster.
  return {
    isAudit: payload !== undefined,
    service: text(payload?.['serviceName']),
    method,
    actor: actorOf(authentication, payload),
    keyName: text(authentication?.['serviceAccountKeyName']),
    clientId: text(field(authentication, 'oauthInfo')?.['oauthClientId']),
    delegation: delegationChain(authentication),
    authorizations,
    resources,
    scope,
    origin: originOf(entry, payload),
    outcome: outcomeOf(payload, method, logName),
    operation: operationOf(entry),
    split: splitOf(entry),
    time: timeMs === undefined ? undefined : time,
    timeMs,
    loggedMs: logged === undefined ? undefined : rfc3339Ms(logged),
    severity: text(entry['severity']),
    logName,
    insertId: text(entry['insertId']),
  };
}

function actorOf(authentication: Fields | undefined, payload: Fields | undefined): Principal | undefined {
  const email = text(authentication?.['principalEmail']);
  const subject = text(authentication?.['principalSubject']);
  // Whoever exchanges a token is known to later calls by the principal that it is mapped to.
  const mapped = subject === undefined ? undefined : text(field(payload, 'metadata')?.['mapped_principal']);
  return principalOf(email, mapped ?? subject) ?? thirdParty(authentication);
}

function operationOf(entry: LogEntry): Operation | undefined {
  const given = field(entry, 'operation');
  const id = text(given?.['id']);
  if (given === undefined || id === undefined) return undefined;
  const [first, last] = [given['first'] === true, given['last'] === true];
  const position = first ? (last ? 'only' : 'first') : last ? 'last' : 'middle';
  const producer = text(given['producer']);
  return producer === undefined ? { id, position } : { id, producer, position };
}

function splitOf(entry: LogEntry): Split | undefined {
  const given = field(entry, 'split');
  const uid = text(given?.['uid']);
  if (uid === undefined) return undefined;
  return { uid, index: integer(given?.['index']) ?? 0, total: integer(given?.['totalSplits']) ?? 0 };
}
