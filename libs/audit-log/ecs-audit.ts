import type { AffectedUsers } from './affected-users.js';
import { auditPayloadOf } from './audit-payload.js';
import { ruleSetVersion } from './classify.js';
import type { UnderstoodEvent } from './formats.js';
import { auditConfigChangesOf } from './role-changes.js';
import { some } from './values.js';

/** What ECS has no field for. */
export function auditOf(
  { activity, classification, entry }: UnderstoodEvent,
  { roleChanges }: AffectedUsers,
): object {
  const { actor, keyName, delegation, authorizations, operation, split, scope, origin } = activity;
  const [resource, ...others] = activity.resources;
  return {
    classification: {
      category: classification.category,
      rule_id: classification.ruleId,
      rule_set_version: ruleSetVersion,
    },
    principal: actor && { kind: actor.kind, subject: actor.subject },
    service_account_key_name: keyName,
    delegation: some(delegation),
    authorization: some(authorizations)?.map(({ permission, resource: on, granted, permissionType }) => ({
      permission,
      permission_type: permissionType,
      resource: on,
      granted,
    })),
    resource: resource && { name: resource.uid, type: resource.type, location: resource.location },
    other_resources: some(others)?.map(({ uid }) => uid),
    role_changes: some(roleChanges),
    audit_config_changes: some(auditConfigChangesOf(auditPayloadOf(entry))),
    operation,
    split,
    caller_network: origin.network,
    folder_id: scope.folderId,
    billing_account_id: scope.billingAccountId,
    insert_id: activity.insertId,
  };
}
