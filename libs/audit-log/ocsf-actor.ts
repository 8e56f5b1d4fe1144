import type { AuditActivity, Authorization, Principal } from './activity.js';
import { member, type Escape } from './json-text.js';
import { federatedIdentity } from './principal.js';

type UserType = { id: number; caption: string };
const unknown: UserType = { id: 0, caption: 'Unknown' };
const person: UserType = { id: 1, caption: 'User' };
const system: UserType = { id: 3, caption: 'System' };
const service: UserType = { id: 4, caption: 'Service' };

const userTypes: Readonly<Record<Principal['kind'], UserType>> = {
  user: person,
  'federated-user': person,
  'service-account': service,
  'federated-workload': service,
  kubernetes: system,
  system,
  anonymous: unknown,
  unknown,
};

const nobody: Principal = { kind: 'unknown', name: 'unknown' };

/** Who acted; a redacted or missing identity has the name `unknown`, since OCSF wants one. */
export function userJson({ actor = nobody, keyName }: AuditActivity, escape: Escape): string {
  const { kind, name, email, subject } = actor;
  const type = name.startsWith('system:serviceaccount:') ? service : userTypes[kind];
  const key = keyName === undefined ? undefined : escape(keyName);
  return (
    `{"name":"${escape(federatedIdentity(actor)?.subject ?? name)}"` +
    `,"type_id":${String(type.id)},"type":"${type.caption}"` +
    member(',"email_addr":"', email, escape) +
    member(',"uid":"', subject, escape) +
    // The one is what OCSF has had before the other.
    (key === undefined
      ? ''
      : `,"credential_uid":"${key}","programmatic_credentials":[{"uid":"${key}","type":"Service Account Key"}]`) +
    '}'
  );
}

/** The identity that a call was made with, and on whose behalf: the whole chain is in `unmapped`. */
export function actorJson(activity: AuditActivity, user: string, escape: Escape): string {
  const { actor, clientId, delegation, authorizations } = activity;
  const pool = actor && federatedIdentity(actor)?.pool;
  return (
    `{"user":${user}` +
    member(',"invoked_by":"', delegation[0]?.name, escape) +
    (pool === undefined ? '' : `,"idp":${identityProviderJson(pool, escape)}`) +
    member(',"app_uid":"', clientId, escape) +
    (authorizations.length === 0 ? '' : `,"authorizations":[${authorizationsJson(authorizations, escape)}]`) +
    '}'
  );
}

function identityProviderJson(pool: string, escape: Escape): string {
  const name = pool.slice(pool.lastIndexOf('/') + 1) || pool;
  return `{"uid":"${escape(pool)}","name":"${escape(name)}"}`;
}

function authorizationsJson(authorizations: readonly Authorization[], escape: Escape): string {
  let json = '';
  for (const { permission, permissionType, resource, granted } of authorizations) {
    json +=
      `${json === '' ? '' : ','}{"decision":${granted ? '"granted"' : '"denied"'}` +
      `,"policy":{"name":"${escape(permission)}"` +
      member(',"type":"', permissionType, escape) +
      (resource === undefined ? '' : `,"data":{"resource":"${escape(resource)}"}`) +
      '}}';
  }
  return json;
}
