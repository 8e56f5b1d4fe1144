import type { AuditActivity } from './activity.js';
import { affectedUsersOf, type RoleChange } from './affected-users.js';
import { ruleSetVersion } from './classify.js';
import type { UnderstoodEvent } from './formats.js';
import { clipped } from './ocsf-clipped.js';
import { isSuspicious } from './ocsf-login.js';

/** What Floodgate adds to what the entry says: the kind of action, and the rule that said so. */
export function enrichmentsOf({ activity, classification }: UnderstoodEvent): object[] {
  return [
    {
      name: 'api.operation',
      value: activity.method ?? 'unknown',
      type: 'action_category',
      data: {
        category: classification.category,
        rule_id: classification.ruleId,
        rule_set_version: ruleSetVersion,
      },
      provider: 'Floodgate',
    },
  ];
}

/** What an entry says and OCSF has no place for; the entry itself stands behind it in `unmapped`. */
export function unmappedFields(event: UnderstoodEvent): object {
  const { activity, classification, entry, bytes } = event;
  const { actor, delegation, operation, split } = activity;
  const fields = {
    principal_kind: actor?.kind,
    delegation: delegation.length === 0 ? undefined : delegation,
    operation,
    split,
    role_changes: classification.category === 'permission-change' ? roleChangesOf(event) : undefined,
    is_suspicious: classification.category === 'login' ? isSuspicious(entry) : undefined,
  };
  return clipped(fields, bytes.length);
}

function roleChangesOf({ entry, activity }: { entry: UnderstoodEvent['entry']; activity: AuditActivity }) {
  const changes: readonly RoleChange[] = affectedUsersOf(entry, activity).roleChanges;
  return changes.length === 0 ? undefined : changes;
}
