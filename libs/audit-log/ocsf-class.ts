import type { Classification } from './classify.js';
import type { Escape } from './json-text.js';
import { loginStepOf } from './login-step.js';

/** An activity of an event class of OCSF, in the words of the schema. */
type OcsfActivity = {
  classUid: 6003 | 3002;
  activityId: number;
  /** The source's own word where the schema has none, which is what 99 stands for. */
  activityName: string;
  /** The members around the name, as they are written. */
  before: string;
  behind: string;
};

type OcsfClass = { uid: OcsfActivity['classUid']; name: string; category: string };

const activityOf =
  ({ uid, name, category }: OcsfClass) =>
  (activityId: number, activityName: string): OcsfActivity => ({
    ...{ classUid: uid, activityId, activityName },
    before: `"class_uid":${String(uid)},"class_name":"${name}",${category},"activity_id":${String(activityId)}`,
    behind: `,"type_uid":${String(100 * uid + activityId)},"type_name":"${name}: ${activityName}"`,
  });

const apiActivity = activityOf({
  ...{ uid: 6003, name: 'API Activity' },
  category: '"category_uid":6,"category_name":"Application Activity"',
});
const authentication = activityOf({
  ...{ uid: 3002, name: 'Authentication' },
  category: '"category_uid":3,"category_name":"Identity & Access Management"',
});

const ofEffect = {
  unknown: apiActivity(0, 'Unknown'),
  create: apiActivity(1, 'Create'),
  access: apiActivity(2, 'Read'),
  modify: apiActivity(3, 'Update'),
  delete: apiActivity(4, 'Delete'),
  other: apiActivity(99, 'Other'),
} as const satisfies Record<Classification['effect'], OcsfActivity>;

const ofStep = {
  logon: authentication(1, 'Logon'),
  logoff: authentication(2, 'Logoff'),
  other: authentication(99, 'Other'),
} as const;

/**
 * The class of an action, and the activity in it. All is API Activity but logins: a change of a policy
 * concerns many members, for each of whom the classes of accounts and roles ask for an event of its own,
 * and OCSF 1.9 gives those classes up.
 */
export function ocsfClassOf({ category, effect }: Classification, method: string | undefined): OcsfActivity {
  if (category !== 'login') return effect === 'other' ? inItsWord(ofEffect.other, method) : ofEffect[effect];
  const step = loginStepOf(method);
  return step === 'other' ? inItsWord(ofStep.other, method) : ofStep[step];
}

/** The attributes of a class and activity, as members of a line. */
export function classMembers({ before, activityName, behind }: OcsfActivity, escape: Escape): string {
  return `${before},"activity_name":"${escape(activityName)}"${behind}`;
}

function inItsWord(other: OcsfActivity, method: string | undefined): OcsfActivity {
  const word = wordOf(method);
  return word === '' ? other : { ...other, activityName: word };
}

function wordOf(method: string | undefined): string {
  return method === undefined ? '' : method.slice(method.lastIndexOf('.') + 1);
}
