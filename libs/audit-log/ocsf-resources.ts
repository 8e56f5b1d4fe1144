import type { Resource, Scope } from './activity.js';

/** Cloud Logging allows so many labels. */
const maxTags = 64;

/** The cloud that an entry is of. Projects stand twice: as OCSF 1.8 wants them, and as was usual before. */
export function cloudOf(scope: Scope): object {
  const { region, zone } = placeOf(scope.location);
  return {
    provider: 'GCP',
    account: accountOf(scope),
    project_uid: scope.projectId,
    org: scope.organizationId && { uid: scope.organizationId },
    region,
    zone,
  };
}

function accountOf({ projectId, folderId, billingAccountId }: Scope): object | undefined {
  if (projectId) return { uid: projectId, type_id: 11, type: 'GCP Project' };
  if (folderId) return { uid: folderId, type_id: 99, type: 'GCP Folder' };
  return billingAccountId === undefined
    ? undefined
    : { uid: billingAccountId, type_id: 99, type: 'GCP Billing Account' };
}

/** What was acted upon comes first; others had a permission asked for on them. */
export function resourcesOf(resources: readonly Resource[]): object[] | undefined {
  return resources.length === 0 ? undefined : resources.map(resourceOf);
}

function resourceOf({ uid, type, location, labels }: Resource, index: number): object {
  const { region, zone } = placeOf(location);
  const name = uid.slice(uid.lastIndexOf('/') + 1);
  return {
    uid,
    name: name === '' || name === uid ? undefined : name,
    type,
    role_id: index === 0 ? 1 : 4,
    role: index === 0 ? 'Target' : 'Related',
    region,
    zone,
    tags: labels && tagsOf(labels),
  };
}

function tagsOf(labels: Readonly<Record<string, string>>): object[] {
  const names = Object.keys(labels);
  if (names.length > maxTags) names.length = maxTags;
  return names.map((name) => ({ name, value: labels[name] }));
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
