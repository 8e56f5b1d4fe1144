import type { Classification } from './classify.js';

/** An event class of OCSF. */
type OcsfClass = { uid: number; name: string; categoryUid: number; categoryName: string };

const apiActivity: OcsfClass = {
  uid: 6003,
  name: 'API Activity',
  categoryUid: 6,
  categoryName: 'Application Activity',
};
const authentication: OcsfClass = {
  uid: 3002,
  name: 'Authentication',
  categoryUid: 3,
  categoryName: 'Identity & Access Management',
};

const apiActivities = {
  create: [1, 'Create'],
  access: [2, 'Read'],
  modify: [3, 'Update'],
  delete: [4, 'Delete'],
  other: [99, 'Other'],
  unknown: [0, 'Unknown'],
} as const;

/**
 * The class of an action, and the activity in it. All is API Activity but logins: a change of a policy
 * concerns many members, which the classes for accounts and roles would ask one event each for, and
 * OCSF 1.9 gives those classes up.
 */
export function ocsfClassOf(
  { category, effect }: Classification,
  method: string | undefined,
): { class: OcsfClass; activityId: number; activityName: string } {
  if (category !== 'login') {
    const [activityId, activityName] = apiActivities[effect];
    return { class: apiActivity, activityId, activityName };
  }
  const word = method?.split('.').at(-1) ?? '';
  if (/^log_?out|sign_?out/i.test(word))
    return { class: authentication, activityId: 2, activityName: 'Logoff' };
  if (/log_?in|sign_?in|exchangeToken/i.test(word))
    return { class: authentication, activityId: 1, activityName: 'Logon' };
  return { class: authentication, activityId: 99, activityName: word === '' ? 'Other' : word };
}
