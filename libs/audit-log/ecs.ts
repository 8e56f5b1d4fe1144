import { isIP } from 'node:net';
import type { AuditActivity, Outcome } from './activity.js';
import { affectedUsersOf, type AffectedUsers } from './affected-users.js';
import { auditOf } from './ecs-audit.js';
import { eventOf, messageOf, timestampOf } from './ecs-event.js';
import { httpOf } from './ecs-http.js';
import { orchestratorOf } from './ecs-orchestrator.js';
import { callerOf, ecsUser, relatedUsers } from './ecs-users.js';
import type { UnderstoodEvent } from './formats.js';
import type { Network } from './network.js';

/** The release of the Elastic Common Schema that the lines are of. */
export const ecsVersion = '9.5.0';

/**
 * An event in the Elastic Common Schema, with what has no place there under `google_cloud.audit`. What is
 * undefined is absent in JSON. `tenant_id` is outside of the schema: it decides an object's prefix.
 */
export function ecsFields(event: UnderstoodEvent): object {
  const { tenantId, connectionId, activity, entry, network } = event;
  const { actor, delegation, origin, outcome, service, severity, logName, scope } = activity;
  const hasFailed = outcome.result === 'failure';
  const affected = affectedUsersOf(entry, activity);
  const { caller, effective } = callerOf(actor, delegation);
  const user = caller && ecsUser(caller);
  const target = targetOf(affected);
  const changes = target && changesOf(affected);
  const { http, url, userAgent, remoteIp } = httpOf(entry);
  const address = origin.ip ?? origin.label ?? remoteIp;
  const ip = isAddress(address) ? address : undefined;
  const original = origin.userAgent ?? userAgent;
  return {
    tenant_id: tenantId,
    '@timestamp': timestampOf(event),
    ecs: { version: ecsVersion },
    labels: { tenant_id: tenantId, connection_id: connectionId },
    message: hasFailed ? undefined : (outcome.message ?? messageOf(entry)),
    event: eventOf(event, affected),
    cloud: cloudOf(activity),
    organization: scope.organizationId && { id: scope.organizationId },
    service: service && { name: service },
    user: (user || target) && {
      id: user?.id,
      name: user?.name,
      domain: user?.domain,
      email: user?.email,
      effective: effective && ecsUser(effective),
      target,
      changes,
    },
    group: target ? undefined : groupOf(affected),
    source: address && { address, ip, geo: geoOf(network), as: autonomousSystemOf(network) },
    client: (address || user) && { address, ip, user: user && { id: user.id, email: user.email } },
    user_agent: original && { original },
    http,
    url,
    orchestrator: orchestratorOf(activity),
    error: hasFailed ? errorOf(outcome) : undefined,
    log: (severity || logName) && { level: severity, logger: logName },
    related: relatedOf(ip, relatedUsers(actor, delegation, affected)),
    google_cloud: { audit: auditOf(event, affected) },
  };
}

const zone = /^([a-z]+-[a-z]+\d+)-[a-z]$/;

function cloudOf({ scope, service, resources: [resource] }: AuditActivity): object {
  const { organizationId, projectId, location } = scope;
  const region = location === undefined ? undefined : (zone.exec(location)?.[1] ?? location);
  const instanceId = resource?.type === 'gce_instance' ? resource.labels?.['instance_id'] : undefined;
  return {
    provider: 'gcp',
    account: organizationId && { id: organizationId },
    project: projectId && { id: projectId },
    region,
    availability_zone: region === location ? undefined : location,
    instance: instanceId && { id: instanceId },
    service: service && { name: service },
  };
}

/** The one account that a call changes; of several, which have no place here, all are in `role_changes`. */
function targetOf({ principals: [only, another], groups, roleChanges }: AffectedUsers): object | undefined {
  if (only === undefined || another !== undefined) return undefined;
  const { id, name, domain, email } = ecsUser(only);
  const group = groups.length === 1 ? { name: groups[0] } : undefined;
  return { id, name, domain, email, roles: rolesOf(roleChanges, 'REMOVE'), group };
}

function changesOf({ roleChanges }: AffectedUsers): object | undefined {
  const roles = rolesOf(roleChanges, 'ADD');
  return roles && { roles };
}

function rolesOf(changes: AffectedUsers['roleChanges'], action: 'ADD' | 'REMOVE'): string[] | undefined {
  if (changes.length === 0) return undefined;
  const roles = changes.flatMap((change) => (change.action === action ? (change.role ?? []) : []));
  return roles.length === 0 ? undefined : [...new Set(roles)];
}

function groupOf({ groups: [only, another] }: AffectedUsers): object | undefined {
  return only === undefined || another !== undefined ? undefined : { name: only };
}

/** Elasticsearch knows no zones of addresses. */
function isAddress(text: string | undefined): boolean {
  return text !== undefined && isIP(text) !== 0 && !text.includes('%');
}

function geoOf(network: Network | undefined): object | undefined {
  const { countryCode, city, region, latitude, longitude } = network ?? nowhere;
  const location =
    latitude === undefined || longitude === undefined ? undefined : { lat: latitude, lon: longitude };
  return (countryCode || region || city || location) === undefined
    ? undefined
    : { country_iso_code: countryCode, region_name: region, city_name: city, location };
}

const nowhere: Network = {};

function autonomousSystemOf(network: Network | undefined): object | undefined {
  const { asn, asOrganisation } = network ?? nowhere;
  return asn === undefined && asOrganisation === undefined
    ? undefined
    : { number: asn, organization: asOrganisation && { name: asOrganisation } };
}

function errorOf({ code, codeName, message }: Outcome): object | undefined {
  if (code === undefined && message === undefined) return undefined;
  return { code: code === undefined ? undefined : String(code), type: codeName, message };
}

function relatedOf(ip: string | undefined, user: string[] | undefined): object | undefined {
  return ip === undefined && user === undefined
    ? undefined
    : { ip: ip === undefined ? undefined : [ip], user };
}
