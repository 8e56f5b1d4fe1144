import { list, field, text, type Fields } from './values.js';

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
const systems = new Set(['system@google.com', 'cloud-support@google.com']);

/** The principal of an address and a subject, of which either may be missing or redacted. */
export function principalOf(email: string | undefined, subject: string | undefined): Principal | undefined {
  const name = email ?? nameOf(subject);
  if (name === undefined) return undefined;
  const principal: Principal = { kind: kindOf(email, subject), name };
  if (email !== undefined && emailForm.test(email)) principal.email = email;
  if (subject !== undefined) principal.subject = subject;
  return principal;
}

/** `user:a@b` and `serviceAccount:a@b` name an address; federated subjects stand for themselves. */
function nameOf(subject: string | undefined): string | undefined {
  if (subject === undefined) return undefined;
  const colon = subject.indexOf(':');
  return colon > 0 && subject.includes('@', colon) ? subject.slice(colon + 1) : subject;
}

function kindOf(email: string | undefined, subject: string | undefined): PrincipalKind {
  if (subject !== undefined) {
    if (/^principal(?:Set)?:\/\//.test(subject))
      return subject.includes('/workforcePools/') ? 'federated-user' : 'federated-workload';
    if (/^serviceAccount:.*\.svc\.id\.goog\[/.test(subject)) return 'federated-workload';
  }
  const name = email ?? nameOf(subject) ?? '';
  if (name.endsWith('gserviceaccount.com')) return 'service-account';
  if (name === 'system:anonymous' || name === 'anonymous' || name === 'allUsers') return 'anonymous';
  if (name.startsWith('system:')) return 'kubernetes';
  if (systems.has(name)) return 'system';
  if (emailForm.test(name)) return 'user';
  return 'unknown';
}

const maxDelegations = 20;

/** Those on whose behalf the principal acts: first who called, then each in between. `{}` hides one. */
export function delegationChain(authentication: Fields | undefined): Principal[] {
  return list(authentication?.['serviceAccountDelegationInfo'])
    .slice(0, maxDelegations)
    .map((info) => {
      const first = field(info, 'firstPartyPrincipal');
      const email = text(first?.['principalEmail']) ?? text(info['principalEmail']);
      return principalOf(email, text(info['principalSubject'])) ?? { kind: 'unknown', name: 'unknown' };
    });
}
