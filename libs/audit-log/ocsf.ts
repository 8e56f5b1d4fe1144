import type { AuditActivity, Outcome } from './activity.js';
import type { LogEntry } from './entry.js';
import type { UnderstoodEvent } from './formats.js';
import { actorOf, userOf } from './ocsf-actor.js';
import { ocsfClassOf } from './ocsf-class.js';
import { clipped } from './ocsf-clipped.js';
import { endpointOf } from './ocsf-endpoint.js';
import { httpOf } from './ocsf-http.js';
import { loginOf } from './ocsf-login.js';
import { cloudOf, resourcesOf } from './ocsf-resources.js';
import { enrichmentsOf } from './ocsf-unmapped.js';
import { field, text } from './values.js';

export { unmappedFields } from './ocsf-unmapped.js';

/** OCSF's release that the lines are of. */
const version = '1.8.0';
const auditLogs = { name: 'Cloud Audit Logs', vendor_name: 'Google Cloud' };
const otherLogs = { name: 'Cloud Logging', vendor_name: 'Google Cloud' };
const profiles = ['cloud'];

/**
 * An event as OCSF: API Activity, or Authentication for logins. Everything but `unmapped`, in which the
 * entry itself stands. What is undefined is absent in JSON.
 */
export function ocsfFields(event: UnderstoodEvent): object {
  const { activity, classification, entry, bytes, receivedAtMs } = event;
  const { method, service, origin, outcome, isAudit } = activity;
  const kind = ocsfClassOf(classification, method);
  const isLogin = kind.classUid === 3002;
  const severity = severityOf(activity.severity);
  const user = userOf(activity);
  const http = httpOf(entry, origin.userAgent);
  const line = {
    class_uid: kind.classUid,
    class_name: kind.className,
    category_uid: kind.categoryUid,
    category_name: kind.categoryName,
    activity_id: kind.activityId,
    activity_name: kind.activityName,
    type_uid: kind.typeUid,
    type_name: kind.typeName,
    time: activity.timeMs ?? activity.loggedMs ?? receivedAtMs,
    severity_id: severity,
    severity: severities[severity],
    status_id: statusIds[outcome.result],
    status: statuses[outcome.result],
    status_code: outcome.code === undefined ? undefined : String(outcome.code),
    status_detail: outcome.message,
    message: isAudit ? undefined : messageOf(entry),
    metadata: metadataOf(event),
    cloud: cloudOf(activity.scope),
    actor: actorOf(activity, user),
    user: isLogin ? user : undefined,
    service: isLogin ? { name: service ?? 'unknown' } : undefined,
    api: apiOf(activity),
    src_endpoint: endpointOf(origin, event.network),
    http_request: http.request,
    http_response: http.response,
    resources: isLogin ? undefined : resourcesOf(activity.resources),
    enrichments: enrichmentsOf(event),
  };
  return clipped(isLogin ? { ...line, ...loginOf(entry, method) } : line, bytes.length);
}

function metadataOf({ eventId, tenantId, connectionId, activity, receivedAtMs }: UnderstoodEvent): object {
  return {
    version,
    product: activity.isAudit ? auditLogs : otherLogs,
    profiles,
    uid: eventId,
    tenant_uid: tenantId,
    labels: [`connection_id:${connectionId}`],
    log_name: activity.logName,
    log_provider: activity.service,
    log_level: activity.severity,
    original_event_uid: activity.insertId,
    original_time: activity.time,
    logged_time: activity.loggedMs,
    processed_time: receivedAtMs,
    correlation_uid: correlationOf(activity),
    sequence: activity.split?.index,
  };
}

/** What the entries of one long operation, or the pieces of one entry, have in common. */
function correlationOf({ operation, split }: AuditActivity): string | undefined {
  if (operation === undefined) return split?.uid;
  const { id, producer } = operation;
  return producer === undefined ? id : `${producer}/${id}`;
}

const severities = ['Unknown', 'Informational', 'Low', 'Medium'] as const;

/** How bad it is, is for the detection engine to say: a log's own severity says no more than this. */
function severityOf(severity: string | undefined): 0 | 1 | 2 | 3 {
  switch (severity) {
    case 'DEBUG':
    case 'INFO':
    case 'NOTICE':
      return 1;
    case 'WARNING':
      return 2;
    case 'ERROR':
    case 'CRITICAL':
    case 'ALERT':
    case 'EMERGENCY':
      return 3;
    default:
      return 0;
  }
}

const statusIds = { unknown: 0, success: 1, failure: 2 } as const satisfies Record<Outcome['result'], number>;
const statuses = { unknown: 'Unknown', success: 'Success', failure: 'Failure' } as const;

/** What other logs than audit logs say in prose. */
function messageOf(entry: LogEntry): string | undefined {
  return text(entry['textPayload']) ?? text(field(entry, 'jsonPayload')?.['message']);
}

function apiOf({ method, service, operation, outcome }: AuditActivity): object {
  return {
    operation: method ?? 'unknown',
    service: service && { name: service },
    request: operation && { uid: operation.id },
    response: responseOf(outcome),
  };
}

function responseOf({ code, codeName, message }: Outcome): object | undefined {
  if (code === undefined && message === undefined) return undefined;
  return { code, error: code === 0 ? undefined : codeName, message };
}
