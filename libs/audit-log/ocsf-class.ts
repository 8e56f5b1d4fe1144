import type { Classification } from './classify.js';
import type { Escape } from './json-text.js';
import { loginStepOf } from './login-step.js';

/** An activity of an event class of OCSF, in the words of the schema. */
type OcsfActivity = {
  classUid: 6003 | 3002;
  className: string;
  categoryUid: number;
  categoryName: string;
  activityId: number;
  /** The source's own word where the schema has none, which is what 99 stands for. */
  activityName: string;
  typeUid: number;
  typeName: string;
};

const apiActivity = (activityId: number, activityName: string): OcsfActivity => ({
  classUid: 6003,
  className: 'API Activity',
  categoryUid: 6,
  categoryName: 'Application Activity',
  activityId,
  activityName,
  typeUid: 600300 + activityId,
  typeName: `API Activity: ${activityName}`,
});

const authentication = (activityId: number, activityName: string): OcsfActivity => ({
  classUid: 3002,
  className: 'Authentication',
  categoryUid: 3,
  categoryName: 'Identity & Access Management',
  activityId,
  activityName,
  typeUid: 300200 + activityId,
  typeName: `Authentication: ${activityName}`,
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
export function classMembers(activity: OcsfActivity, escape: Escape): string {
  const { classUid, className, categoryUid, categoryName, activityId, activityName, typeUid, typeName } =
    activity;
  return (
    `"class_uid":${String(classUid)},"class_name":"${className}"` +
    `,"category_uid":${String(categoryUid)},"category_name":"${categoryName}"` +
    `,"activity_id":${String(activityId)},"activity_name":"${escape(activityName)}"` +
    `,"type_uid":${String(typeUid)},"type_name":"${typeName}"`
  );
}

function inItsWord(other: OcsfActivity, method: string | undefined): OcsfActivity {
  const word = wordOf(method);
  return word === '' ? other : { ...other, activityName: word };
}

function wordOf(method: string | undefined): string {
  return method === undefined ? '' : method.slice(method.lastIndexOf('.') + 1);
}
