import type { AuditActivity, Authorization, Principal } from './activity.js';
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
export function userOf({ actor = nobody, keyName }: AuditActivity): object {
  const { kind, name, email, subject } = actor;
  const type = name.startsWith('system:serviceaccount:') ? service : userTypes[kind];
  return {
    name: federatedIdentity(actor)?.subject ?? name,
    type_id: type.id,
    type: type.caption,
    email_addr: email,
    uid: subject,
    // The one is what OCSF has had before the other.
    credential_uid: keyName,
    programmatic_credentials: keyName && [{ uid: keyName, type: 'Service Account Key' }],
  };
}

/** The identity that a call was made with, and on whose behalf: the whole chain is in `unmapped`. */
export function actorOf(
  { actor, clientId, delegation, authorizations }: AuditActivity,
  user: object,
): object {
  const pool = actor && federatedIdentity(actor)?.pool;
  return {
    user,
    invoked_by: delegation[0]?.name,
    idp: pool && { uid: pool, name: pool.slice(pool.lastIndexOf('/') + 1) || pool },
    app_uid: clientId,
    authorizations: authorizations.length === 0 ? undefined : authorizations.map(authorizationOf),
  };
}

function authorizationOf({ permission, permissionType, resource, granted }: Authorization): object {
  return {
    decision: granted ? 'granted' : 'denied',
    policy: { name: permission, type: permissionType, data: resource && { resource } },
  };
}
