import type { Effect } from './classify.js';
import type { UnderstoodEvent } from './formats.js';
import type { LogType } from './identity.js';
import { loginStepOf, type LoginStep } from './login-step.js';

export type EcsCategory = 'api' | 'authentication' | 'configuration' | 'iam';
export type EcsType =
  | 'access'
  | 'admin'
  | 'allowed'
  | 'change'
  | 'creation'
  | 'deletion'
  | 'denied'
  | 'end'
  | 'group'
  | 'info'
  | 'start'
  | 'user';

/** Whom a change of access concerns. */
export type Concern = 'user' | 'group' | 'admin';

const typeOfEffect: Readonly<Record<Effect, EcsType>> = {
  create: 'creation',
  modify: 'change',
  delete: 'deletion',
  access: 'access',
  other: 'info',
  unknown: 'info',
};

const typeOfStep: Readonly<Record<LoginStep, EcsType>> = { logon: 'start', logoff: 'end', other: 'info' };

/** Services whose objects are accounts, groups and roles. */
const identityServices = new Set([
  'admin.googleapis.com',
  'cloudidentity.googleapis.com',
  'iam.googleapis.com',
  'iamcredentials.googleapis.com',
  'login.googleapis.com',
  'oauth2.googleapis.com',
]);

/** event.category and event.type: none for what is no audit log, since ECS has no fitting value. */
export function categorised(
  { activity, classification }: UnderstoodEvent,
  logType: LogType,
  concern: Concern,
): { category?: EcsCategory[]; type?: EcsType[] } {
  const { category: action, effect } = classification;
  if (!activity.isAudit) return {};
  if (action === 'login')
    return { category: ['authentication'], type: [typeOfStep[loginStepOf(activity.method)]] };

  const isChange = effect === 'create' || effect === 'modify' || effect === 'delete';
  const category: EcsCategory[] = [];
  const type: EcsType[] = [];
  if (
    action === 'permission-change' ||
    action === 'credential' ||
    (isChange && identityServices.has(activity.service ?? ''))
  ) {
    category.push('iam');
    type.push(concern);
  } else if (isChange && (logType === 'activity' || logType === 'system_event'))
    category.push('configuration');
  type.push(typeOfEffect[effect]);
  // Nobody calls Google's own system events; and what nothing else fits is a call at least.
  if (logType === 'system_event' && category.length > 0) return { category, type };

  category.push('api');
  if (isDenied(activity)) type.push('denied');
  else if (activity.authorizations.length > 0) type.push('allowed');
  const position = activity.operation?.position;
  if (position === 'first') type.push('start');
  if (position === 'last') type.push('end');
  return { category, type };
}

const [permissionDenied, unauthenticated] = [7, 16];

/** What worked was not denied, be it that not all that was asked for was granted. */
function isDenied({ outcome, authorizations }: UnderstoodEvent['activity']): boolean {
  return (
    outcome.result === 'failure' &&
    (outcome.code === permissionDenied ||
      outcome.code === unauthenticated ||
      outcome.isPolicyDenial === true ||
      authorizations.some(({ granted }) => !granted))
  );
}
