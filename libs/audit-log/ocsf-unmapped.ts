import { auditPayloadOf } from './audit-payload.js';
import { ruleSetVersion } from './classify.js';
import type { UnderstoodEvent } from './formats.js';
import { jsonOf, memberOf, type Escape } from './json-text.js';
import { isSuspicious } from './ocsf-login.js';
import { auditConfigChangesOf, roleChangesOf } from './role-changes.js';
import { some } from './values.js';

/** What Floodgate adds to what the entry says: the kind of action, and the rule that said so. */
export function enrichmentsJson({ activity, classification }: UnderstoodEvent, escape: Escape): string {
  return (
    `[{"name":"api.operation","value":"${escape(activity.method ?? 'unknown')}","type":"action_category"` +
    `,"data":{"category":"${classification.category}","rule_id":"${classification.ruleId}"` +
    `,"rule_set_version":"${ruleSetVersion}"},"provider":"Floodgate"}]`
  );
}

/** What an entry says and OCSF has no place for; the entry itself stands behind it in `unmapped`. */
export function unmappedMembers(event: UnderstoodEvent, escape: Escape): string {
  const { activity, classification, entry } = event;
  const { actor, delegation, operation, split } = activity;
  const payload = auditPayloadOf(entry);
  const json = (value: object | undefined) => value && jsonOf(value, escape);
  return (
    (actor === undefined ? '' : `,"principal_kind":"${actor.kind}"`) +
    memberOf(',"delegation":', json(some(delegation))) +
    memberOf(',"operation":', json(operation)) +
    memberOf(',"split":', json(split)) +
    memberOf(',"role_changes":', json(some(roleChangesOf(payload)))) +
    memberOf(',"audit_config_changes":', json(some(auditConfigChangesOf(payload)))) +
    (classification.category === 'login'
      ? memberOf(',"is_suspicious":', isSuspicious(entry)?.toString())
      : '')
  );
}
