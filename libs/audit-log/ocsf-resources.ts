import type { Resource, Scope } from './activity.js';
import { member, memberOf, type Escape } from './json-text.js';

/** Cloud Logging allows so many labels. */
const maxTags = 64;

/** The cloud that an entry is of. Projects stand twice: as OCSF 1.8 wants them, and as was usual before. */
export function cloudJson(scope: Scope, escape: Escape): string {
  const { region, zone } = placeOf(scope.location);
  const { projectId, organizationId } = scope;
  return (
    '{"provider":"GCP"' +
    memberOf(',"account":', accountJson(scope, escape)) +
    member(',"project_uid":"', projectId, escape) +
    (organizationId ? `,"org":{"uid":"${escape(organizationId)}"}` : '') +
    member(',"region":"', region, escape) +
    member(',"zone":"', zone, escape) +
    '}'
  );
}

function accountJson({ projectId, folderId, billingAccountId }: Scope, escape: Escape): string | undefined {
  if (projectId) return `{"uid":"${escape(projectId)}","type_id":11,"type":"GCP Project"}`;
  if (folderId) return `{"uid":"${escape(folderId)}","type_id":99,"type":"GCP Folder"}`;
  return billingAccountId === undefined
    ? undefined
    : `{"uid":"${escape(billingAccountId)}","type_id":99,"type":"GCP Billing Account"}`;
}

/** What was acted upon comes first; others had a permission asked for on them. */
export function resourcesJson(resources: readonly Resource[], escape: Escape): string | undefined {
  if (resources.length === 0) return undefined;
  let json = '';
  for (const resource of resources) {
    const role = json === '' ? '{"role_id":1,"role":"Target"' : ',{"role_id":4,"role":"Related"';
    json += `${role}${resourceMembers(resource, escape)}}`;
  }
  return `[${json}]`;
}

function resourceMembers({ uid, type, location, labels }: Resource, escape: Escape): string {
  const { region, zone } = placeOf(location);
  const name = uid.slice(uid.lastIndexOf('/') + 1);
  return (
    `,"uid":"${escape(uid)}"` +
    member(',"name":"', name === '' || name === uid ? undefined : name, escape) +
    member(',"type":"', type, escape) +
    member(',"region":"', region, escape) +
    member(',"zone":"', zone, escape) +
    (labels ? `,"tags":[${tagsJson(labels, escape)}]` : '')
  );
}

function tagsJson(labels: Readonly<Record<string, string>>, escape: Escape): string {
  const names = Object.keys(labels);
  if (names.length > maxTags) names.length = maxTags;
  let json = '';
  for (const name of names)
    json += `${json === '' ? '' : ','}{"name":"${escape(name)}","value":"${escape(labels[name] ?? '')}"}`;
  return json;
}

type Place = { region?: string | undefined; zone?: string | undefined };
const nowhere: Place = {};

/** `us-central1-a` is a zone of the region `us-central1`; all else is as a region. */
function placeOf(location: string | undefined): Place {
  if (location === undefined) return nowhere;
  const dash = location.length - 2;
  if (location[dash] !== '-' || location.indexOf('-') === dash) return { region: location };
  return { region: location.slice(0, dash), zone: location };
}
