import type { LogEntry } from './entry.js';
import { originOf, type Origin } from './origin.js';
import { authorizationsOf, outcomeOf, type Authorization, type Outcome } from './outcome.js';
import { delegationChain, principalOf, type Principal } from './principal.js';
import { targetOf, type Resource, type Scope } from './target.js';
import { field, integer, text } from './values.js';

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
  service?: string;
  method?: string;
  actor?: Principal;
  /** The service account key that was used: a secret that lasts. */
  keyName?: string;
  /** Who acts through the actor: first who called, then each in between. */
  delegation: Principal[];
  authorizations: Authorization[];
  resources: Resource[];
  scope: Scope;
  origin: Origin;
  outcome: Outcome;
  operation?: Operation;
  split?: Split;
  /** RFC 3339 with nanoseconds, as it came. */
  time?: string;
  timeMs?: number;
  loggedMs?: number;
  severity?: string;
  logName?: string;
  insertId?: string;
};

/** Reads an entry as far as it goes; what is of a wrong type is as if it were not there. Never throws. */
export function readActivity(entry: LogEntry): AuditActivity {
  const payload = field(entry, 'protoPayload');
  const authentication = field(payload, 'authenticationInfo');
  const method = text(payload?.['methodName']);
  const authorizations = authorizationsOf(payload);
  const activity: AuditActivity = {
    isAudit: payload !== undefined,
    delegation: delegationChain(authentication),
    authorizations,
    ...targetOf(entry, payload, authorizations),
    origin: originOf(payload),
    outcome: outcomeOf(payload, method, authorizations),
  };
  const actor = principalOf(
    text(authentication?.['principalEmail']),
    text(authentication?.['principalSubject']),
  );
  const operation = operationOf(entry);
  const split = splitOf(entry);
  if (actor !== undefined) activity.actor = actor;
  if (operation !== undefined) activity.operation = operation;
  if (split !== undefined) activity.split = split;
  const time = text(entry['timestamp']);
  const timeMs = milliseconds(time);
  const loggedMs = milliseconds(text(entry['receiveTimestamp']));
  if (time !== undefined && timeMs !== undefined) activity.time = time;
  if (timeMs !== undefined) activity.timeMs = timeMs;
  if (loggedMs !== undefined) activity.loggedMs = loggedMs;
  setText(activity, 'service', payload?.['serviceName']);
  setText(activity, 'method', method);
  setText(activity, 'keyName', authentication?.['serviceAccountKeyName']);
  setText(activity, 'severity', entry['severity']);
  setText(activity, 'logName', entry['logName']);
  setText(activity, 'insertId', entry['insertId']);
  return activity;
}

type TextField = 'service' | 'method' | 'keyName' | 'severity' | 'logName' | 'insertId';

function setText(activity: AuditActivity, name: TextField, value: unknown): void {
  const found = text(value);
  if (found !== undefined) activity[name] = found;
}

/** An RFC 3339 time in milliseconds; its nanoseconds stay in the text. */
function milliseconds(time: string | undefined): number | undefined {
  const ms = time === undefined ? NaN : Date.parse(time);
  return Number.isNaN(ms) ? undefined : ms;
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
