import { field, list, text, type Fields } from './values.js';
import type { Authorization } from './outcome.js';

/** What was acted upon. */
export type Resource = {
  uid: string;
  type?: string;
  location?: string;
  labels?: Readonly<Record<string, string>>;
};

/** Whose cloud it is. */
export type Scope = {
  projectId?: string;
  organizationId?: string;
  folderId?: string;
  billingAccountId?: string;
  location?: string;
};

const maxResources = 20;

/** What an entry is about: its resources, and the cloud that they are in. */
export function targetOf(
  entry: Fields,
  payload: Fields | undefined,
  authorizations: readonly Authorization[],
): { resources: Resource[]; scope: Scope } {
  const monitored = field(entry, 'resource');
  const labels = labelsOf(monitored);
  const location = locationOf(payload, labels);
  return {
    resources: resourcesOf(payload, authorizations, text(monitored?.['type']), location, labels),
    scope: scopeOf(text(entry['logName']) ?? '', location, labels),
  };
}

/** The resource that the call names, and others that a permission was asked for on. */
function resourcesOf(
  payload: Fields | undefined,
  authorizations: readonly Authorization[],
  type: string | undefined,
  location: string | undefined,
  labels: Resource['labels'],
): Resource[] {
  const uid = text(payload?.['resourceName']);
  const resources: Resource[] = [];
  const main = uid ?? authorizations.find(({ resource }) => resource !== undefined)?.resource ?? type;
  if (main !== undefined) {
    const resource: Resource = { uid: main };
    if (type !== undefined) resource.type = type;
    if (location !== undefined) resource.location = location;
    if (labels !== undefined) resource.labels = labels;
    resources.push(resource);
  }
  for (const { resource } of authorizations) {
    if (resources.length >= maxResources) break;
    if (resource !== undefined && !resources.some((one) => one.uid === resource))
      resources.push({ uid: resource });
  }
  for (const access of list(payload?.['accesses'])) {
    if (resources.length >= maxResources) break;
    const other = text(access['resourceName']);
    if (other !== undefined && !resources.some((one) => one.uid === other)) resources.push({ uid: other });
  }
  return resources;
}

const parent = /^(projects|organizations|folders|billingAccounts)\/([^/]+)\//;

/** From the log's name, which Cloud Logging wrote, and else from the resource's labels. */
function scopeOf(logName: string, location: string | undefined, labels: Resource['labels']): Scope {
  const scope: Scope = {};
  const [, kind, id = ''] = parent.exec(logName) ?? [];
  const projectId = kind === 'projects' ? id : labels?.['project_id'];
  const organizationId = kind === 'organizations' ? id : labels?.['organization_id'];
  if (projectId !== undefined) scope.projectId = projectId;
  if (organizationId !== undefined) scope.organizationId = organizationId;
  if (kind === 'folders') scope.folderId = id;
  if (kind === 'billingAccounts') scope.billingAccountId = id;
  if (location !== undefined) scope.location = location;
  return scope;
}

function locationOf(payload: Fields | undefined, labels: Resource['labels']): string | undefined {
  const current = field(payload, 'resourceLocation')?.['currentLocations'];
  const first = Array.isArray(current) ? text(current[0]) : undefined;
  return first ?? labels?.['zone'] ?? labels?.['location'] ?? labels?.['region'];
}

function labelsOf(monitored: Fields | undefined): Readonly<Record<string, string>> | undefined {
  const labels = field(monitored, 'labels');
  if (labels === undefined) return undefined;
  const names = Object.keys(labels);
  const said = names.filter((name) => name !== '__proto__' && text(labels[name]) !== undefined);
  if (said.length === 0) return undefined;
  const found =
    said.length === names.length ? labels : Object.fromEntries(said.map((name) => [name, labels[name]]));
  return found as Readonly<Record<string, string>>;
}
