import { googleStaff } from './audit-payload.js';
import { field, list, text, type Fields } from './values.js';

export type PrincipalKind =
  | 'user'
  | 'service-account'
  /** A user or workload of another identity provider. */
  | 'federated-user'
  | 'federated-workload'
  /** A service account, a node or a part of a Kubernetes cluster. */
  | 'kubernetes'
  /** Google itself. */
  | 'system'
  | 'anonymous'
  | 'unknown';

/** Somebody who acts: `name` is the best there is to call them by. */
export type Principal = { kind: PrincipalKind; name: string; email?: string; subject?: string };

const emailForm = /^[a-zA-Z0-9!#$%&'*+\-/=?^_`{|}~.]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+$/;
const systems = new Set(['system@google.com', 'cloud-support@google.com', googleStaff]);
const nobody = new Set(['system:anonymous', 'system:unauthenticated', 'anonymous', 'allUsers']);

/** The principal of an address and a subject, of which either may be missing or redacted. */
export function principalOf(email: string | undefined, subject: string | undefined): Principal | undefined {
  const name = (email?.startsWith(deleted) === true ? nameOf(email) : email) ?? nameOf(subject);
  if (name === undefined) return undefined;
  const isEmail = name.includes('@') && emailForm.test(name);
  const principal: Principal = { kind: kindOf(name, isEmail, subject), name };
  if (isEmail) principal.email = name;
  if (subject !== undefined) principal.subject = subject;
  return principal;
}

/** What kinds of principals IAM writes before their names. */
const prefixes = ['user:', 'serviceAccount:'] as const;
const deleted = 'deleted:';
const uid = '?uid=';

/** `user:a@b` names an address, which may be redacted; federated subjects stand for themselves. */
function nameOf(subject: string | undefined): string | undefined {
  const live = liveOf(subject);
  if (live === undefined || isFederated(live)) return live;
  const prefix = prefixes.find((one) => live.startsWith(one) && live.length > one.length);
  return prefix === undefined ? live : live.slice(prefix.length);
}

/** The subject that a deleted one was: IAM writes `deleted:` before it, and the uid that it had behind it. */
function liveOf(subject: string | undefined): string | undefined {
  if (subject?.startsWith(deleted) !== true) return subject;
  const end = subject.lastIndexOf(uid);
  return subject.slice(deleted.length, end < 0 ? undefined : end);
}

/** Of workforce or workload identity federation; the latter has a legacy form, `serviceAccount:pool[subject]`. */
function isFederated(subject: string): boolean {
  return subject.startsWith('principal') ? subject.includes('://') : isLegacyFederated(subject);
}

function isLegacyFederated(subject: string): boolean {
  return subject.startsWith('serviceAccount:') && subject.endsWith(']') && subject.includes('[');
}

function kindOf(name: string, isEmail: boolean, fullSubject: string | undefined): PrincipalKind {
  const subject = liveOf(fullSubject);
  if (subject !== undefined && isFederated(subject))
    return subject.includes('/workforcePools/') ? 'federated-user' : 'federated-workload';
  if (name.endsWith('.gserviceaccount.com')) return 'service-account';
  if (systems.has(name)) return 'system';
  if (nobody.has(name)) return 'anonymous';
  if (name.startsWith('system:')) return 'kubernetes';
  if (subject?.startsWith('serviceAccount:') === true) return 'service-account';
  return isEmail || subject?.startsWith('user:') === true ? 'user' : 'unknown';
}

/** Who vouches for a federated principal, and the name that it has there. */
type FederatedIdentity = { pool: string; subject: string };

const subjectPart = '/subject/';

/** Of `principal://iam.googleapis.com/POOL/subject/NAME` and `serviceAccount:POOL[NAME]`. */
export function federatedIdentity({ subject, kind }: Principal): FederatedIdentity | undefined {
  const live = liveOf(subject);
  if (live === undefined || (kind !== 'federated-user' && kind !== 'federated-workload')) return undefined;
  if (isLegacyFederated(live)) {
    const bracket = live.indexOf('[');
    return named(live.slice('serviceAccount:'.length, bracket), live.slice(bracket + 1, -1));
  }
  const host = live.indexOf('://') + 3;
  const pool = live.indexOf('/', host) + 1;
  const end = live.indexOf(subjectPart, host);
  return pool === 0 || end < pool
    ? undefined
    : named(live.slice(pool, end), live.slice(end + subjectPart.length));
}

function named(pool: string, subject: string): FederatedIdentity | undefined {
  return pool === '' || subject === '' ? undefined : { pool, subject };
}

const maxDelegations = 20;

/** Those on whose behalf the principal acts: first who called, then each in between. `{}` hides one. */
export function delegationChain(authentication: Fields | undefined): Principal[] {
  const chain = authentication?.['serviceAccountDelegationInfo'];
  return list(chain).slice(0, maxDelegations).map(delegate);
}

function delegate(info: Fields): Principal {
  const first = field(info, 'firstPartyPrincipal');
  const email = text(first?.['principalEmail']) ?? text(info['principalEmail']);
  const principal = principalOf(email, text(info['principalSubject']));
  return principal ?? thirdParty(info) ?? { kind: 'unknown', name: 'unknown' };
}

/** A principal of another identity provider, by what its token claimed. */
export function thirdParty(info: Fields | undefined): Principal | undefined {
  const claims = field(field(info, 'thirdPartyPrincipal'), 'thirdPartyClaims');
  const name = text(claims?.['email']) ?? text(claims?.['sub']);
  if (name === undefined) return undefined;
  const principal: Principal = { kind: 'federated-user', name };
  if (emailForm.test(name)) principal.email = name;
  return principal;
}
