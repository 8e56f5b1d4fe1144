import type { AuditActivity } from './activity.js';
import { auditPayloadOf } from './audit-payload.js';
import type { LogEntry } from './entry.js';
import { principalOf, type Principal } from './principal.js';
import { roleChangesOf, type RoleChange } from './role-changes.js';
import { field, list, text, type Fields } from './values.js';

/** Whom a call changes, not who makes it. */
export type AffectedUsers = {
  /** Accounts, each once. */
  principals: readonly Principal[];
  /** Addresses of groups, each once. */
  groups: readonly string[];
  roleChanges: readonly RoleChange[];
};

const nobody: AffectedUsers = { principals: [], groups: [], roleChanges: [] };
const maxItems = 50;
const maxMembers = 100;
/** Reads members of changed policies, members of groups, Workspace accounts and service accounts. */
export function affectedUsersOf(entry: LogEntry, { resources }: AuditActivity): AffectedUsers {
  const payload = auditPayloadOf(entry);
  const metadata = field(payload, 'metadata');
  const [resource] = resources;
  const isAccount = resource?.type === 'service_account';
  if (metadata === undefined && payload?.['serviceData'] === undefined && !isAccount) return nobody;

  const roleChanges = roleChangesOf(payload);
  const members = roleChanges.flatMap(({ member }) => member ?? []);
  if (metadata !== undefined) members.push(...membersNamedIn(metadata));
  const account = isAccount ? resource.labels?.['email_id'] : undefined;
  if (members.length === 0 && account !== undefined) members.push(account);
  return roleChanges.length + members.length === 0 ? nobody : { ...accountsOf(members), roleChanges };
}

/** The account that an administrator changes, and the one that Google itself warns of. */
const accountParameters: ReadonlySet<unknown> = new Set(['USER_EMAIL', 'affected_email_address']);

/** Cloud Identity names the group and a member's delta; Workspace has parameters of its events. */
function membersNamedIn(metadata: Fields): string[] {
  const members: string[] = [];
  const member = text(field(metadata, 'membershipDelta')?.['member']);
  const group = text(metadata['group']);
  if (member !== undefined) members.push(member);
  if (group?.startsWith('group:')) members.push(group);
  for (const event of list(metadata['event']).slice(0, maxItems)) {
    for (const parameter of list(event['parameter']).slice(0, maxItems)) {
      const value = text(parameter['value']);
      if (value === undefined) continue;
      if (accountParameters.has(parameter['name'])) members.push(value);
      if (parameter['name'] === 'GROUP_EMAIL') members.push(`group:${value}`);
    }
  }
  return members;
}

/** Longer is no address, and would be slow to look at. */
const maxMemberLength = 500;
/** `deleted:serviceAccount:a@b?uid=1`, `group:a@b`, `principal://...`, or an address by itself. */
const memberForm =
  /^(?:deleted:)?(?:(user|serviceAccount|group):)?([^:?]+@[^:?]+|principal:\/\/[^?]+)(?:\?uid=.*)?$/s;

function accountsOf(members: readonly string[]): Pick<AffectedUsers, 'principals' | 'groups'> {
  const principals = new Map<string, Principal>();
  const groups = new Set<string>();
  for (const member of members.slice(0, maxMembers)) {
    if (member.length > maxMemberLength) continue;
    const [, kind, name] = memberForm.exec(member) ?? [];
    if (name === undefined) continue;
    if (kind === 'group') groups.add(name);
    else {
      const principal = name.startsWith('principal://')
        ? principalOf(undefined, name)
        : principalOf(name, undefined);
      if (principal !== undefined) principals.set(name, principal);
    }
  }
  return { principals: [...principals.values()], groups: [...groups] };
}
