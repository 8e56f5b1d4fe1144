import type { Authorization, Origin, Outcome, Principal, Resource, Scope } from './activity.js';
import { ruleSetVersion, type Classification } from './classify.js';
import type { UnderstoodEvent } from './formats.js';
import { ocsfClassOf } from './ocsf-class.js';
import type { Network } from './network.js';

/** OCSF's release that the lines are of. */
const version = '1.8.0';
const product = { name: 'Cloud Audit Logs', vendor_name: 'Google Cloud' };
const profiles = ['cloud'];

/**
 * An event as OCSF: API Activity, or Authentication for logins. Everything but `unmapped`, in which
 * the entry itself stands.
 */
export function ocsfFields(event: UnderstoodEvent): object {
  const { activity, classification, receivedAtMs } = event;
  const { actor, outcome, origin, operation } = activity;
  const kind = ocsfClassOf(classification, activity.method);
  const severity = severityOf(activity.severity);
  const user = userOf(actor, activity.keyName);
  const line: Record<string, unknown> = {
    class_uid: kind.class.uid,
    class_name: kind.class.name,
    category_uid: kind.class.categoryUid,
    category_name: kind.class.categoryName,
    activity_id: kind.activityId,
    activity_name: kind.activityName,
    type_uid: kind.class.uid * 100 + kind.activityId,
    type_name: `${kind.class.name}: ${kind.activityId === 99 ? 'Other' : kind.activityName}`,
    time: activity.timeMs ?? activity.loggedMs ?? receivedAtMs,
    severity_id: severity,
    severity: severityNames[severity],
    ...statusOf(outcome),
    metadata: metadataOf(event),
    cloud: cloudOf(activity.scope),
    actor: actorOf(user, activity.delegation, activity.authorizations),
    api: apiOf(activity.method, activity.service, operation?.id, outcome),
    src_endpoint: endpointOf(origin, event.network),
  };
  if (origin.userAgent !== undefined) line['http_request'] = { user_agent: origin.userAgent };
  if (kind.class.uid === 3002) {
    line['user'] = user;
    line['service'] = { name: activity.service ?? 'unknown' };
  } else if (activity.resources.length > 0) line['resources'] = activity.resources.map(resourceOf);
  line['enrichments'] = enrichmentsOf(event, classification);
  return line;
}

function metadataOf({ eventId, tenantId, connectionId, activity, receivedAtMs }: UnderstoodEvent): object {
  const { operation, loggedMs } = activity;
  const metadata: Record<string, unknown> = {
    version,
    product,
    profiles,
    uid: eventId,
    tenant_uid: tenantId,
    processed_time: receivedAtMs,
    labels: [`connection_id:${connectionId}`],
  };
  if (activity.logName !== undefined) metadata['log_name'] = activity.logName;
  if (activity.service !== undefined) metadata['log_provider'] = activity.service;
  if (activity.severity !== undefined) metadata['log_level'] = activity.severity;
  if (activity.insertId !== undefined) metadata['original_event_uid'] = activity.insertId;
  if (activity.time !== undefined) metadata['original_time'] = activity.time;
  if (loggedMs !== undefined) metadata['logged_time'] = loggedMs;
  if (operation !== undefined)
    metadata['correlation_uid'] =
      operation.producer === undefined ? operation.id : `${operation.producer}/${operation.id}`;
  return metadata;
}

const severityNames = ['Unknown', 'Informational', 'Low', 'Medium'] as const;

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

const statuses = {
  success: { status_id: 1, status: 'Success' },
  failure: { status_id: 2, status: 'Failure' },
  unknown: { status_id: 0, status: 'Unknown' },
};

function statusOf({ result, code, codeName, message }: Outcome): object {
  const status: Record<string, unknown> = { ...statuses[result] };
  if (code !== undefined) status['status_code'] = codeName ?? String(code);
  if (message !== undefined) status['status_detail'] = message;
  return status;
}

function cloudOf(scope: Scope): object {
  const cloud: Record<string, unknown> = { provider: 'GCP' };
  if (scope.projectId !== undefined) cloud['project_uid'] = scope.projectId;
  if (scope.organizationId !== undefined) cloud['org'] = { uid: scope.organizationId };
  const account = scope.billingAccountId ?? scope.folderId;
  if (account !== undefined) cloud['account'] = { uid: account };
  if (scope.location !== undefined) cloud['region'] = scope.location;
  return cloud;
}

const userTypes = {
  user: { type_id: 1, type: 'User' },
  'federated-user': { type_id: 1, type: 'User' },
  'service-account': { type_id: 4, type: 'Service' },
  'federated-workload': { type_id: 4, type: 'Service' },
  kubernetes: { type_id: 3, type: 'System' },
  system: { type_id: 3, type: 'System' },
  anonymous: { type_id: 0, type: 'Unknown' },
  unknown: { type_id: 0, type: 'Unknown' },
};

function userOf(principal: Principal | undefined, keyName: string | undefined): object {
  const user: Record<string, unknown> = {
    name: principal?.name ?? 'unknown',
    ...userTypes[principal?.kind ?? 'unknown'],
  };
  if (principal?.email !== undefined) user['email_addr'] = principal.email;
  if (principal?.subject !== undefined) user['uid'] = principal.subject;
  if (keyName !== undefined) user['credential_uid'] = keyName;
  return user;
}

function actorOf(
  user: object,
  [caller]: readonly Principal[],
  authorizations: readonly Authorization[],
): object {
  const actor: Record<string, unknown> = { user };
  if (caller !== undefined) actor['invoked_by'] = caller.name;
  if (authorizations.length > 0)
    actor['authorizations'] = authorizations.map(({ permission, granted }) => ({
      decision: granted ? 'granted' : 'denied',
      policy: { name: permission },
    }));
  return actor;
}

function apiOf(
  method: string | undefined,
  service: string | undefined,
  requestId: string | undefined,
  { code, codeName, message }: Outcome,
): object {
  const api: Record<string, unknown> = { operation: method ?? 'unknown' };
  if (service !== undefined) api['service'] = { name: service };
  if (requestId !== undefined) api['request'] = { uid: requestId };
  if (code !== undefined || message !== undefined) {
    const response: Record<string, unknown> = {};
    if (code !== undefined) response['code'] = code;
    if (codeName !== undefined) response['error'] = codeName;
    if (message !== undefined) response['message'] = message;
    api['response'] = response;
  }
  return api;
}

function endpointOf({ ip, isPublic, label, network: vpc }: Origin, network: Network | undefined): object {
  const endpoint: Record<string, unknown> = {};
  if (ip !== undefined) {
    endpoint['ip'] = ip;
    endpoint['network_scope_id'] = isPublic ? 2 : 1;
    endpoint['network_scope'] = isPublic ? 'External' : 'Internal';
  } else if (label !== undefined) endpoint['svc_name'] = label;
  else endpoint['name'] = 'unknown';
  if (vpc !== undefined) endpoint['vpc_uid'] = vpc;
  if (network === undefined) return endpoint;
  const { countryCode, city, region, latitude, longitude, asn, asOrganisation } = network;
  if (countryCode !== undefined || city !== undefined || region !== undefined)
    endpoint['location'] = { country: countryCode, city, region, lat: latitude, long: longitude };
  if (asn !== undefined || asOrganisation !== undefined)
    endpoint['autonomous_system'] = { number: asn, name: asOrganisation };
  return endpoint;
}

function resourceOf({ uid, type, location, labels }: Resource): object {
  const resource: Record<string, unknown> = { uid };
  if (type !== undefined) resource['type'] = type;
  if (location !== undefined) resource['region'] = location;
  if (labels !== undefined)
    resource['tags'] = Object.entries(labels).map(([name, value]) => ({ name, value }));
  return resource;
}

/** What OCSF has no place of its own for. */
function enrichmentsOf({ activity }: UnderstoodEvent, { category, ruleId }: Classification): object[] {
  const { delegation, operation, split, actor } = activity;
  const enrichments: object[] = [
    {
      name: 'action_category',
      value: category,
      data: { rule_id: ruleId, rule_set_version: ruleSetVersion },
      provider: 'Floodgate',
    },
  ];
  const add = (name: string, value: string, data: unknown) =>
    enrichments.push({ name, value, data, provider: 'Floodgate' });
  if (delegation.length > 0)
    add('delegation_chain', delegation.map(({ name }) => name).join(' -> '), delegation);
  if (actor !== undefined && actor.kind !== 'user' && actor.kind !== 'service-account')
    add('principal_kind', actor.kind, actor);
  if (operation !== undefined) add('operation_position', operation.position, operation);
  if (split !== undefined) add('split', `${String(split.index + 1)} of ${String(split.total)}`, split);
  return enrichments;
}
