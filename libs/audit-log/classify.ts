import { adverbs, methodRules, verbs, type ActionCategory } from './classification-rules.js';
import type { LogEntry } from './entry.js';
import { BoundedCache } from './bounded-cache.js';
import { auditPayloadOf } from './audit-payload.js';
import { bigQueryAction } from './bigquery-job.js';

import { logTypeOf, type LogType } from './identity.js';
import { changesRoles } from './role-changes.js';
import { databaseAction } from './sql-statement.js';
import { list, text, type Fields } from './values.js';

export { actionCategories, ruleSetVersion, type ActionCategory } from './classification-rules.js';

/** What an action does to its resource, whatever else it means. */
export type Effect = 'create' | 'modify' | 'delete' | 'access' | 'other' | 'unknown';

/** What kind of action an entry tells of, and the rule that said so. */
export type Classification = { category: ActionCategory; effect: Effect; ruleId: string };

const unknown: Classification = { category: 'unknown', effect: 'unknown', ruleId: 'none' };
/** Where the verb of a BigQuery job says nothing: the job's own type does. */
const bigQueryJob = /(?:^|\.)job_?service\.(?:insert|query|job_?completed)/i;

/** The permission types of AuthorizationInfo. */
const byPermissionType: Readonly<Record<string, ActionCategory>> = {
  ADMIN_WRITE: 'modify',
  DATA_WRITE: 'modify',
  ADMIN_READ: 'access',
  DATA_READ: 'access',
};

/** What is left to go by: each log holds one kind of action for the most part. */
const byLogType: Readonly<Record<LogType, ActionCategory>> = {
  activity: 'modify',
  system_event: 'modify',
  data_access: 'access',
  policy: 'access',
  access_transparency: 'access',
  other: 'unknown',
};

/** Stands for what the job says. */
const byItsJob: Classification = { category: 'access', effect: 'access', ruleId: 'bigquery-job' };

const maxCachedLength = 200;
/** No API's method has a longer name; rules would take seconds over one that somebody made up. */
const maxMethodLength = 300;
const byMethod = new BoundedCache<Classification | undefined>();

/** Says what kind of action an entry tells of; the first rule that matches wins. Never throws. */
export function classify(entry: LogEntry): Classification {
  const payload = auditPayloadOf(entry);
  const name = text(payload?.['methodName']);
  const method = name !== undefined && name.length <= maxMethodLength ? name : undefined;
  const named = method === undefined ? undefined : cached(method);
  if (payload && named) return byDetail(payload, method, named);
  return byAuthorization(payload) ?? byLog(entry, payload);
}

/** What no name tells: what a job or a statement does, and whether an update is one of a policy. */
function byDetail(payload: Fields, method: string | undefined, named: Classification): Classification {
  if (named === byItsJob) return classified(bigQueryAction(payload), 'bigquery-job', 'modify');
  const action = method === 'cloudsql.instances.query' ? databaseAction(payload) : undefined;
  if (action) return classified(action, 'database-statement', 'modify');
  if (named.ruleId === 'data-query' && asksToWrite(payload)) return classified('modify', 'permission-type');
  if (named.category === 'modify' && changesRoles(payload))
    return classified('permission-change', 'policy-delta', 'modify');
  return named;
}

function asksToWrite(payload: Fields): boolean {
  return list(payload['authorizationInfo']).some(({ permissionType }) => permissionType === 'DATA_WRITE');
}

function cached(method: string): Classification | undefined {
  const known = byMethod.get(method);
  if (known !== undefined || byMethod.has(method)) return known;
  const found = bigQueryJob.test(method) ? byItsJob : ofMethod(method);
  if (method.length > maxCachedLength) return found;
  byMethod.set(method, found);
  return found;
}

function ofMethod(method: string): Classification | undefined {
  const rule = methodRules.find((one) => one.method.test(method));
  const verb = verbOf(method);
  if (rule) return classified(rule.category, rule.id, verb);
  return verb === undefined ? undefined : classified(verb, `verb-${verb}`);
}

/** A change of permissions or credentials does what its verb says; the others say it themselves. */
function classified(category: ActionCategory, ruleId: string, verb?: Verb): Classification {
  switch (category) {
    case 'create':
    case 'modify':
    case 'delete':
    case 'access':
    case 'unknown':
      return { category, effect: category, ruleId };
    case 'permission-change':
      return { category, effect: verb === 'create' || verb === 'delete' ? verb : 'modify', ruleId };
    case 'credential':
    case 'login':
      return { category, effect: verb === undefined || verb === 'login' ? 'other' : verb, ruleId };
  }
}

function verbOf(method: string): Verb | undefined {
  // From the method's own word back to what stands before it, as in `io.k8s...pods.delete` or `projects:move`.
  const [word, before] = method
    .split(/[./:]/)
    .filter((part) => !isVersion(part))
    .reverse();
  // A service may be called after a verb, as `CloudDeploy` is.
  const isResource = before !== undefined && /^[a-z]/.test(before);
  return (word === undefined ? undefined : firstVerb(word)) ?? (isResource ? firstVerb(before) : undefined);
}

function isVersion(part: string): boolean {
  return part === '' || /^v?\d+(?:(?:alpha|beta|p)\d*)*$|^(?:alpha|beta)$/i.test(part);
}

type Verb = keyof typeof verbs;

const categoryOfVerb = new Map<string, Verb>(
  Object.entries(verbs).flatMap(([category, all]) => all.map((verb) => [verb, category as Verb] as const)),
);

/** By the first word that is a verb, as `CreateServiceAccount`; else by the last, as `profileDeleted`. */
function firstVerb(segment: string): Verb | undefined {
  const parts = wordsOf(segment);
  const first = parts.findIndex((word) => !adverbs.has(word));
  const candidates = [parts[first], ...parts.reverse()];
  for (const word of candidates) {
    const category = word === undefined ? undefined : categoryOf(word);
    if (category) return category;
  }
  return undefined;
}

/** The words of camelCase, PascalCase or snake_case, in lower case. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '');
}

/** System events are told in the past: `preempted`, `modified`, `created`. */
function categoryOf(word: string): Verb | undefined {
  const own = categoryOfVerb.get(word);
  if (own) return own;
  const stem = /^(\w{2,})(?:ed|ing)$/.exec(word)?.[1];
  if (stem === undefined) return undefined;
  const stems = [stem, `${stem}e`, stem.replace(/i$/, 'y'), stem.replace(/(.)\1$/, '$1')];
  return stems.map((one) => categoryOfVerb.get(one)).find((category) => category !== undefined);
}

function byAuthorization(payload: LogEntry | undefined): Classification | undefined {
  for (const info of list(payload?.['authorizationInfo'])) {
    const type = byPermissionType[text(info['permissionType']) ?? ''];
    if (type) return classified(type, 'permission-type');
    const permission = text(info['permission'])?.split('.').at(-1);
    const verb = permission === undefined ? undefined : firstVerb(permission);
    if (verb) return classified(verb, `permission-${verb}`);
  }
  return undefined;
}

/** An entry without an AuditLog in it is no action that anybody took. */
function byLog(entry: LogEntry, payload: LogEntry | undefined): Classification {
  const logType = logTypeOf(entry);
  const category = payload === undefined ? 'unknown' : byLogType[logType];
  return category === 'unknown' ? unknown : classified(category, `log-${logType}`);
}

/** Every rule, in the order in which they are asked, for the documents. */
export function classificationTable(): { id: string; category: string; matches: string; example: string }[] {
  return [
    {
      id: 'bigquery-job',
      category: "by the job's type",
      matches: 'BigQuery jobs: a query by its statement, load and copy modify, extract reads',
      example: 'google.cloud.bigquery.v2.JobService.InsertJob',
    },
    {
      id: 'database-statement',
      category: "by the statement's command",
      matches: 'Statements that Cloud SQL logs; those of the class ROLE change permissions',
      example: 'cloudsql.instances.query',
    },
    {
      id: 'policy-delta',
      category: 'permission-change',
      matches: 'An update that gives or takes away roles: it has `bindingDeltas`',
      example: 'storage.buckets.update',
    },
    ...methodRules.map(({ id, category, method, example }) => ({
      id,
      category,
      matches: method.source,
      example,
    })),
    ...Object.entries(verbs).map(([category, all]) => ({
      id: `verb-${category}`,
      category,
      matches: `the method's verb: ${all.join(', ')}`,
      example: all[0] ?? '',
    })),
    ...Object.entries(byPermissionType).map(([type, category]) => ({
      id: 'permission-type',
      category,
      matches: `permissionType ${type}`,
      example: type,
    })),
    ...Object.keys(verbs).map((category) => ({
      id: `permission-${category}`,
      category,
      matches: "the permission's verb, as above",
      example: '',
    })),
    ...Object.entries(byLogType).map(([type, category]) => ({
      id: type === 'other' ? 'none' : `log-${type}`,
      category,
      matches: `the ${type} log`,
      example: '',
    })),
  ];
}
