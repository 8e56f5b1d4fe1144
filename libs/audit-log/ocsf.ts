import type { AuditActivity, Outcome } from './activity.js';
import { affectedUsersOf } from './affected-users.js';
import { BoundedCache } from './bounded-cache.js';
import type { LogEntry } from './entry.js';
import type { UnderstoodEvent } from './formats.js';
import { escaped, member, memberOf, membersOf, objectOf, type Escape } from './json-text.js';
import { actorJson, userJson } from './ocsf-actor.js';
import { classMembers, ocsfClassOf } from './ocsf-class.js';
import { endpointJson } from './ocsf-endpoint.js';
import { httpMembers } from './ocsf-http.js';
import { loginOf } from './ocsf-login.js';
import { cloudJson, resourcesJson } from './ocsf-resources.js';
import { enrichmentsJson } from './ocsf-unmapped.js';
import { field, text } from './values.js';

/** OCSF's release that the lines are of. */
const version = '1.8.0';
const auditLogs = '{"name":"Cloud Audit Logs","vendor_name":"Google Cloud"}';
const otherLogs = '{"name":"Cloud Logging","vendor_name":"Google Cloud"}';

/**
 * An event as OCSF: API Activity, or Authentication for logins. The members of its line, but for `unmapped`,
 * in which the entry itself stands. They are written straight as JSON: objects between take twice the time.
 */
export function ocsfMembers(event: UnderstoodEvent, escape: Escape): string {
  const { activity, classification, entry, receivedAtMs } = event;
  const { method, service, origin, outcome, isAudit } = activity;
  const kind = ocsfClassOf(classification, method);
  const isLogin = kind.classUid === 3002;
  const user = userJson(activity, escape);
  const subject = isLogin && activity.actor === undefined ? subjectJson(event, escape) : user;
  return (
    classMembers(kind, escape) +
    `,"time":${String(activity.timeMs ?? activity.loggedMs ?? receivedAtMs)}` +
    severityMembers(activity.severity) +
    statusMembers[outcome.result] +
    (outcome.code === undefined ? '' : `,"status_code":"${String(outcome.code)}"`) +
    member(',"status_detail":"', outcome.message, escape) +
    member(',"message":"', isAudit ? undefined : messageOf(entry), escape) +
    `,"metadata":${metadataJson(event, escape)}` +
    `,"cloud":${cloudJson(activity.scope, escape)}` +
    `,"actor":${actorJson(activity, user, escape)}` +
    (isLogin ? `,"user":${subject},"service":{"name":"${escape(service ?? 'unknown')}"}` : '') +
    `,"api":${apiJson(activity, escape)}` +
    `,"src_endpoint":${endpointJson(origin, event.network, escape)}` +
    httpMembers(entry, origin.userAgent, escape) +
    memberOf(',"resources":', isLogin ? undefined : resourcesJson(activity.resources, escape)) +
    `,"enrichments":${enrichmentsJson(event, escape)}` +
    (isLogin ? membersOf(loginOf(entry, method), escape) : '')
  );
}

/** Of whose login Google itself tells, without anybody who acts. */
function subjectJson({ activity, entry }: UnderstoodEvent, escape: Escape): string {
  const [actor] = affectedUsersOf(entry, activity).principals;
  return userJson({ ...activity, actor }, escape);
}

function metadataJson(event: UnderstoodEvent, escape: Escape): string {
  const { eventId, tenantId, connectionId, activity, receivedAtMs } = event;
  const { isAudit, logName, service, severity, insertId, time, loggedMs, split } = activity;
  return (
    `{"version":"${version}","product":${isAudit ? auditLogs : otherLogs},"profiles":["cloud"]` +
    `,"uid":"${eventId}"${sourceMembers(tenantId, connectionId)}` +
    member(',"log_name":"', logName, escape) +
    member(',"log_provider":"', service, escape) +
    member(',"log_level":"', severity, escape) +
    member(',"original_event_uid":"', insertId, escape) +
    member(',"original_time":"', time, escape) +
    memberOf(',"logged_time":', loggedMs) +
    `,"processed_time":${String(receivedAtMs)}` +
    member(',"correlation_uid":"', correlationOf(activity), escape) +
    memberOf(',"sequence":', split?.index) +
    '}'
  );
}

const sources = new BoundedCache<{ tenantId: string; members: string }>();

/** Whose entry it is: the same for all of a connection. */
function sourceMembers(tenantId: string, connectionId: string): string {
  const known = sources.get(connectionId);
  if (known?.tenantId === tenantId) return known.members;
  const members =
    `,"tenant_uid":"${escaped(tenantId)}"` + `,"labels":["${escaped(`connection_id:${connectionId}`)}"]`;
  sources.set(connectionId, { tenantId, members });
  return members;
}

/** What the entries of one long operation, or the pieces of one entry, have in common. */
function correlationOf({ operation, split }: AuditActivity): string | undefined {
  if (operation === undefined) return split?.uid;
  const { id, producer } = operation;
  return producer === undefined ? id : `${producer}/${id}`;
}

const severities = {
  unknown: ',"severity_id":0,"severity":"Unknown"',
  informational: ',"severity_id":1,"severity":"Informational"',
  low: ',"severity_id":2,"severity":"Low"',
  medium: ',"severity_id":3,"severity":"Medium"',
} as const;

/** How bad it is, is for the detection engine to say: a log's own severity says no more than this. */
function severityMembers(severity: string | undefined): string {
  switch (severity) {
    case 'DEBUG':
    case 'INFO':
    case 'NOTICE':
      return severities.informational;
    case 'WARNING':
      return severities.low;
    case 'ERROR':
    case 'CRITICAL':
    case 'ALERT':
    case 'EMERGENCY':
      return severities.medium;
    default:
      return severities.unknown;
  }
}

const statusMembers = {
  unknown: ',"status_id":0,"status":"Unknown"',
  success: ',"status_id":1,"status":"Success"',
  failure: ',"status_id":2,"status":"Failure"',
} as const satisfies Record<Outcome['result'], string>;

/** What other logs than audit logs say in prose. */
function messageOf(entry: LogEntry): string | undefined {
  return text(entry['textPayload']) ?? text(field(entry, 'jsonPayload')?.['message']);
}

function apiJson({ method, service, operation, outcome }: AuditActivity, escape: Escape): string {
  return (
    `{"operation":"${escape(method ?? 'unknown')}"` +
    (service === undefined ? '' : `,"service":{"name":"${escape(service)}"}`) +
    (operation === undefined ? '' : `,"request":{"uid":"${escape(operation.id)}"}`) +
    memberOf(',"response":', responseJson(outcome, escape)) +
    '}'
  );
}

function responseJson({ code, codeName, message }: Outcome, escape: Escape): string | undefined {
  if (code === undefined && message === undefined) return undefined;
  return objectOf(
    memberOf(',"code":', code) +
      member(',"error":"', code === 0 ? undefined : codeName, escape) +
      member(',"message":"', message, escape),
  );
}
