/** Elasticsearch's types; `[]` where ECS wants an array even of one value. */
export type EcsFieldType =
  | 'keyword'
  | 'keyword[]'
  | 'match_only_text'
  | 'wildcard'
  | 'ip'
  | 'ip[]'
  | 'date'
  | 'long'
  | 'boolean'
  | 'geo_point'
  /** An array of objects. */
  | 'nested'
  | 'object';

/** A field of the lines and where it comes from, for the documents. */
export type EcsMapping = { source: string; ecs: string; type: EcsFieldType; note?: string };

/** `name: type`; without a type it is a keyword. */
const row = (source: string, field: string, note?: string): EcsMapping => {
  const [ecs = '', type = 'keyword'] = field.split(': ') as [string, EcsFieldType?];
  return note === undefined ? { source, ecs, type } : { source, ecs, type, note };
};

const user = (source: string, at: string): EcsMapping[] => [
  row(source, `${at}.id`, 'the address; the whole subject of a federated identity'),
  row(source, `${at}.name`, 'what stands before the @, or behind /subject/; else all of it'),
  row(source, `${at}.domain`),
  row(source, `${at}.email`),
];

const caller =
  'authenticationInfo.serviceAccountDelegationInfo[0], else authenticationInfo.principalEmail or principalSubject';
const affected =
  'serviceData.policyDelta.bindingDeltas[].member, metadata.membershipDelta.member, metadata.event[].parameter[USER_EMAIL], resource.labels.email_id';
const callerIp = 'requestMetadata.callerIp, httpRequest.remoteIp';

/** Sources without a parent stand in protoPayload, in the LogEntry, or are Floodgate's own. */
export const ecsMapping: readonly EcsMapping[] = [
  row('tenant', 'tenant_id', 'first in the line; not in ECS: it decides the prefix of objects'),
  row('timestamp', '@timestamp: date', 'all nanoseconds; else receiveTimestamp, else the time of arrival'),
  row('', 'ecs.version'),
  row('tenant', 'labels.tenant_id'),
  row('connection', 'labels.connection_id'),
  row(
    'status.message, textPayload, jsonPayload.message',
    'message: match_only_text',
    'unless it is an error; 8,000 characters',
  ),
  row('event id', 'event.id'),
  row('', 'event.kind', 'event'),
  row('classification', 'event.category: keyword[]', 'absent for what is no audit log'),
  row(
    'classification, authorizationInfo[].granted, operation',
    'event.type: keyword[]',
    'absent for what is no audit log',
  ),
  row('methodName', 'event.action'),
  row(
    'status.code, authorizationInfo[].granted, methodName, logName, policyViolationInfo, metadata.violationReason',
    'event.outcome',
  ),
  row('metadata.violationReason', 'event.reason', 'of VPC Service Controls'),
  row('severity', 'event.severity: long', "Cloud Logging's number, 0 to 800"),
  row('', 'event.module', 'gcp'),
  row('', 'event.dataset', 'gcp.audit, or gcp.log for other logs'),
  row('logName', 'event.provider', 'activity, data_access, system_event, policy or access_transparency'),
  row('receiveTimestamp', 'event.created: date'),
  row('time of arrival', 'event.ingested: date'),
  row('', 'cloud.provider', 'gcp'),
  row('logName, resource.labels.organization_id', 'cloud.account.id', 'the organisation'),
  row('logName, resource.labels.project_id', 'cloud.project.id'),
  row('resourceLocation.currentLocations[0], resource.labels', 'cloud.region', 'of a zone, its region'),
  row('resourceLocation.currentLocations[0], resource.labels', 'cloud.availability_zone', 'zones only'),
  row('resource.labels.instance_id', 'cloud.instance.id', 'of gce_instance'),
  row('serviceName', 'cloud.service.name'),
  row('logName, resource.labels.organization_id', 'organization.id'),
  row('serviceName', 'service.name'),
  ...user(caller, 'user'),
  ...user('authenticationInfo.principalEmail or principalSubject, when it was delegated', 'user.effective'),
  ...user(affected, 'user.target'),
  row('bindingDeltas[].role of REMOVE', 'user.target.roles: keyword[]', 'when one account is affected'),
  row('metadata.event[].parameter[GROUP_EMAIL], metadata.group', 'user.target.group.name'),
  row('bindingDeltas[].role of ADD', 'user.changes.roles: keyword[]', 'when one account is affected'),
  row('bindingDeltas[].member of a group, metadata.group', 'group.name', 'when no account is affected'),
  row(callerIp, 'source.address', 'also private and gce-internal-ip'),
  row(callerIp, 'source.ip: ip'),
  row('network databases', 'source.geo.country_iso_code'),
  row('network databases', 'source.geo.region_name'),
  row('network databases', 'source.geo.city_name'),
  row('network databases', 'source.geo.location: geo_point'),
  row('network databases', 'source.as.number: long'),
  row('network databases', 'source.as.organization.name'),
  row(callerIp, 'client.address'),
  row(callerIp, 'client.ip: ip'),
  row(caller, 'client.user.id'),
  row(caller, 'client.user.email'),
  row('requestMetadata.callerSuppliedUserAgent, httpRequest.userAgent', 'user_agent.original'),
  row('httpRequest.protocol', 'http.version'),
  row('httpRequest.requestMethod', 'http.request.method'),
  row('httpRequest.requestSize', 'http.request.bytes: long'),
  row('httpRequest.referer', 'http.request.referrer'),
  row('httpRequest.status', 'http.response.status_code: long'),
  row('httpRequest.responseSize', 'http.response.bytes: long'),
  row('httpRequest.requestUrl', 'url.original: wildcard'),
  row('methodName, resource.type', 'orchestrator.type', 'kubernetes'),
  row('resource.labels.cluster_name', 'orchestrator.cluster.name'),
  row('resourceName', 'orchestrator.api_version'),
  row('resourceName', 'orchestrator.namespace'),
  row('resourceName', 'orchestrator.resource.type'),
  row('resourceName', 'orchestrator.resource.name'),
  row('status.code', 'error.code', 'of failures, as ECS wants it: text'),
  row('status.code', 'error.type', "google.rpc.Code's name"),
  row('status.message', 'error.message: match_only_text'),
  row('severity', 'log.level'),
  row('logName', 'log.logger'),
  row(callerIp, 'related.ip: ip[]'),
  row('all accounts and groups above', 'related.user: keyword[]', 'by id and by name'),
  row('classification', 'google_cloud.audit.classification.category'),
  row('classification', 'google_cloud.audit.classification.rule_id'),
  row('classification', 'google_cloud.audit.classification.rule_set_version'),
  row('authenticationInfo', 'google_cloud.audit.principal.kind'),
  row('authenticationInfo.principalSubject', 'google_cloud.audit.principal.subject'),
  row('authenticationInfo.serviceAccountKeyName', 'google_cloud.audit.service_account_key_name'),
  row(
    'authenticationInfo.serviceAccountDelegationInfo[]',
    'google_cloud.audit.delegation: nested',
    'who called first',
  ),
  ...(['kind', 'name', 'email', 'subject'] as const).map((name) =>
    row('authenticationInfo.serviceAccountDelegationInfo[]', `google_cloud.audit.delegation.${name}`),
  ),
  row(
    'authorizationInfo[]',
    'google_cloud.audit.authorization: nested',
    'the first 50, of more those refused first',
  ),
  row('authorizationInfo[].permission', 'google_cloud.audit.authorization.permission'),
  row('authorizationInfo[].permissionType', 'google_cloud.audit.authorization.permission_type'),
  row('authorizationInfo[].resource', 'google_cloud.audit.authorization.resource'),
  row('authorizationInfo[].granted', 'google_cloud.audit.authorization.granted: boolean'),
  row('resourceName', 'google_cloud.audit.resource.name'),
  row('resource.type', 'google_cloud.audit.resource.type'),
  row('resourceLocation, resource.labels', 'google_cloud.audit.resource.location'),
  row(
    'authorizationInfo[].resource',
    'google_cloud.audit.other_resources: keyword[]',
    'those that differ from the first',
  ),
  row(
    'serviceData.policyDelta.bindingDeltas[], metadata.*.bindingDeltas[]',
    'google_cloud.audit.role_changes: nested',
    'the first 50',
  ),
  ...(['action', 'role', 'member'] as const).map((name) =>
    row(`bindingDeltas[].${name}`, `google_cloud.audit.role_changes.${name}`),
  ),
  row(
    'serviceData.policyDelta.auditConfigDeltas[], metadata.*.auditConfigDeltas[]',
    'google_cloud.audit.audit_config_changes: nested',
    'data access logs switched on or off; the first 50',
  ),
  row('auditConfigDeltas[].action', 'google_cloud.audit.audit_config_changes.action'),
  row('auditConfigDeltas[].service', 'google_cloud.audit.audit_config_changes.service'),
  row('auditConfigDeltas[].logType', 'google_cloud.audit.audit_config_changes.log_type'),
  row('auditConfigDeltas[].exemptedMember', 'google_cloud.audit.audit_config_changes.exempted_member'),
  row('operation.id', 'google_cloud.audit.operation.id'),
  row('operation.producer', 'google_cloud.audit.operation.producer'),
  row(
    'operation.first, operation.last',
    'google_cloud.audit.operation.position',
    'count first or only, not last',
  ),
  row('split.uid', 'google_cloud.audit.split.uid'),
  row('split.index', 'google_cloud.audit.split.index: long'),
  row('split.totalSplits', 'google_cloud.audit.split.total: long'),
  row('requestMetadata.callerNetwork', 'google_cloud.audit.caller_network'),
  row('logName', 'google_cloud.audit.folder_id'),
  row('logName', 'google_cloud.audit.billing_account_id'),
  row('insertId', 'google_cloud.audit.insert_id'),
  row('the entry', 'log_entry: object', 'last in the line, its own bytes; map it with enabled: false'),
];
