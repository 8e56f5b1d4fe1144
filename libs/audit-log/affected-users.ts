import type { AuditActivity } from './activity.js';
import type { LogEntry } from './entry.js';
import { principalOf, type Principal } from './principal.js';
import { field, list, text, type Fields } from './values.js';

/** A role given to somebody or taken away, as the entry has it. */
export type RoleChange = { action?: string; role?: string; member?: string };

/** Whom a call changes, not who makes it. */
export type AffectedUsers = {
  /** Accounts, each once. */
  principals: readonly Principal[];
  /** Addresses of groups, each once. */
  groups: readonly string[];
  roleChanges: readonly RoleChange[];
};

const nobody: AffectedUsers = { principals: [], groups: [], roleChanges: [] };
const maxRoleChanges = 50;
const maxMembers = 100;
/** Where metadata keeps changes of a policy: BigQuery has one for each kind of resource. */
const changesInMetadata = [
  'policyDelta',
  'datasetChange',
  'tableChange',
  'modelChange',
  'routineChange',
] as const;

/** Reads members of changed policies, members of groups, Workspace accounts and service accounts. */
export function affectedUsersOf(entry: LogEntry, { resources }: AuditActivity): AffectedUsers {
  const payload = field(entry, 'protoPayload');
  const metadata = field(payload, 'metadata');
  const policy = field(field(payload, 'serviceData'), 'policyDelta');
  const [resource] = resources;
  const isAccount = resource?.type === 'service_account';
  if (metadata === undefined && policy === undefined && !isAccount) return nobody;

  const inMetadata = metadata && changesInMetadata.map((name) => field(metadata, name));
  const roleChanges = roleChangesOf([policy, ...(inMetadata ?? [])]);
  const members = roleChanges.flatMap(({ member }) => member ?? []);
  if (metadata !== undefined) members.push(...membersNamedIn(metadata));
  const account = isAccount ? resource.labels?.['email_id'] : undefined;
  if (members.length === 0 && account !== undefined) members.push(account);
  return roleChanges.length + members.length === 0 ? nobody : { ...accountsOf(members), roleChanges };
}

function roleChangesOf(policies: readonly (Fields | undefined)[]): RoleChange[] {
  return policies
    .flatMap((change) => list(change?.['bindingDeltas']))
    .slice(0, maxRoleChanges)
    .map((delta) => {
      const change: RoleChange = {};
      const [action, role, member] = [text(delta['action']), text(delta['role']), text(delta['member'])];
      if (action !== undefined) change.action = action;
      if (role !== undefined) change.role = role;
      if (member !== undefined) change.member = member;
      return change;
    });
}

/** Cloud Identity names the group and a member's delta; Workspace has parameters of its events. */
function membersNamedIn(metadata: Fields): string[] {
  const members: string[] = [];
  const member = text(field(metadata, 'membershipDelta')?.['member']);
  const group = text(metadata['group']);
  if (member !== undefined) members.push(member);
  if (group?.startsWith('group:')) members.push(group);
  for (const event of list(metadata['event']).slice(0, maxRoleChanges)) {
    for (const parameter of list(event['parameter']).slice(0, maxRoleChanges)) {
      const value = text(parameter['value']);
      if (value === undefined) continue;
      if (parameter['name'] === 'USER_EMAIL') members.push(value);
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
