import { field, list, text, type Fields } from './values.js';

/** A role given to somebody or taken away, as the entry has it. */
export type RoleChange = { action?: string; role?: string; member?: string };

/** Data access logs of a service switched on or off, or somebody exempted from them. */
export type AuditConfigChange = {
  action?: string;
  service?: string;
  log_type?: string;
  exempted_member?: string;
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

const roleSources = { action: 'action', role: 'role', member: 'member' } as const;
const auditConfigSources = {
  ...{ action: 'action', service: 'service' },
  ...{ log_type: 'logType', exempted_member: 'exemptedMember' },
} as const;

export function roleChangesOf(payload: Fields | undefined): RoleChange[] {
  return deltasOf(payload, 'bindingDeltas', roleSources);
}

export function auditConfigChangesOf(payload: Fields | undefined): AuditConfigChange[] {
  return deltasOf(payload, 'auditConfigDeltas', auditConfigSources);
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
  sources: Readonly<Record<Name, string>>,
): Partial<Record<Name, string>>[] {
  const deltas = policyDeltas(payload);
  if (deltas.length === 0) return [];
  return deltas
    .flatMap((delta) => list(delta[kind]))
    .slice(0, maxChanges)
    .map((delta) => {
      const change: Partial<Record<Name, string>> = {};
      for (const name of Object.keys(sources) as Name[]) {
        const value = text(delta[sources[name]]);
        if (value !== undefined) change[name] = value;
      }
      return change;
    });
}
