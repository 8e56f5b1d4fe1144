import { field, list, text, type Fields } from './values.js';

/** A role given to somebody or taken away, as the entry has it. */
export type RoleChange = { action?: string; role?: string; member?: string };

/** Data access logs of a service switched on or off, or somebody exempted from them, as the entry has it. */
export type AuditConfigChange = {
  action?: string;
  service?: string;
  logType?: string;
  exemptedMember?: string;
};

const maxChanges = 50;
/** Where metadata keeps changes of a policy: BigQuery has one for each kind of resource. */
const changesInMetadata = [
  'policyDelta',
  'datasetChange',
  'tableChange',
  'modelChange',
  'routineChange',
] as const;

/** Whether an entry tells of roles that were given or taken away, whatever its method is called. */
export function changesRoles(payload: Fields | undefined): boolean {
  return policyDeltas(payload).some((delta) => list(delta['bindingDeltas']).length > 0);
}

export function roleChangesOf(payload: Fields | undefined): RoleChange[] {
  return deltasOf(payload, 'bindingDeltas', ['action', 'role', 'member']);
}

export function auditConfigChangesOf(payload: Fields | undefined): AuditConfigChange[] {
  return deltasOf(payload, 'auditConfigDeltas', ['action', 'service', 'logType', 'exemptedMember']);
}

function policyDeltas(payload: Fields | undefined): Fields[] {
  const policy = field(field(payload, 'serviceData'), 'policyDelta');
  const metadata = field(payload, 'metadata');
  const deltas = policy === undefined ? [] : [policy];
  if (metadata === undefined) return deltas;
  for (const name of changesInMetadata) {
    const delta = field(metadata, name);
    if (delta !== undefined) deltas.push(delta);
  }
  return deltas;
}

function deltasOf<Name extends string>(
  payload: Fields | undefined,
  kind: string,
  names: readonly Name[],
): Partial<Record<Name, string>>[] {
  return policyDeltas(payload)
    .flatMap((delta) => list(delta[kind]))
    .slice(0, maxChanges)
    .map((delta) => {
      const change: Partial<Record<Name, string>> = {};
      for (const name of names) {
        const value = text(delta[name]);
        if (value !== undefined) change[name] = value;
      }
      return change;
    });
}
