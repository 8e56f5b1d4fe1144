import type { Principal } from './activity.js';
import type { AffectedUsers } from './affected-users.js';

/** The user field set; undefined is absent. */
export type EcsUser = {
  id: string | undefined;
  name: string | undefined;
  domain: string | undefined;
  email: string | undefined;
};

/** An address is the id, as ECS asks for; a federated identity is known by its subject alone. */
export function ecsUser({ name, email, subject, kind }: Principal): EcsUser {
  const isFederated = subject?.startsWith('principal') === true;
  const address = email ?? (!isFederated && isAccount(kind) ? name : undefined);
  const id = isFederated ? subject : (address ?? name);
  const at = address?.lastIndexOf('@') ?? -1;
  if (address === undefined || at <= 0 || at === address.length - 1)
    return { id, name: shortName(name), domain: undefined, email: undefined };
  return { id, name: address.slice(0, at), domain: address.slice(at + 1), email: address };
}

function isAccount(kind: Principal['kind']): boolean {
  return kind === 'user' || kind === 'service-account' || kind === 'system';
}

const subjectPart = '/subject/';

function shortName(name: string): string {
  const at = name.startsWith('principal://') ? name.indexOf(subjectPart) : -1;
  return at < 0 || at + subjectPart.length === name.length ? name : name.slice(at + subjectPart.length);
}

/** The identity that a call is made with, and through which the caller acts when there is a chain. */
export function callerOf(
  actor: Principal | undefined,
  delegation: readonly Principal[],
): { caller: Principal | undefined; effective: Principal | undefined } {
  const first = delegation.find(({ kind }) => kind !== 'unknown');
  return first === undefined ? { caller: actor, effective: undefined } : { caller: first, effective: actor };
}

/** All whom an event names, by address and by short name, to pivot on. */
export function relatedUsers(
  actor: Principal | undefined,
  delegation: readonly Principal[],
  { principals, groups }: AffectedUsers,
): string[] | undefined {
  const names = new Set<string>();
  const add = (principal: Principal) => {
    const { id, name } = ecsUser(principal);
    if (id !== undefined) names.add(id);
    if (name !== undefined) names.add(name);
  };
  if (actor !== undefined) add(actor);
  for (const principal of delegation) if (principal.kind !== 'unknown') add(principal);
  for (const principal of principals) add(principal);
  for (const group of groups) names.add(group);
  return names.size === 0 ? undefined : [...names];
}
