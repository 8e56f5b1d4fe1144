import { field, fields, integer, list, text, type Fields } from './values.js';
import { workspaceParameters } from './workspace-event.js';

/** Whether it worked. What refuses no permission and names no status has worked. */
export type Outcome = {
  result: 'success' | 'failure' | 'unknown';
  /** google.rpc.Code. */
  code?: number;
  codeName?: string;
  message?: string;
  /** A policy refused it. */
  isPolicyDenial?: true;
};

/** One permission that was asked for. */
export type Authorization = {
  permission: string;
  resource?: string;
  granted: boolean;
  permissionType?: string;
};

/** google.rpc.Code, by number. */
const codeNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

const maxAuthorizations = 50;

/** The permissions that were asked for, as far as anyone will read them. */
export function authorizationsOf(payload: Fields | undefined): Authorization[] {
  const authorizations: Authorization[] = [];
  const all = list(payload?.['authorizationInfo']);
  for (const info of all.length > maxAuthorizations ? refusedFirst(all) : all) {
    const permission = text(info['permission']);
    if (permission === undefined) continue;
    const authorization: Authorization = { permission, granted: isGranted(info) };
    const resource = text(info['resource']);
    const permissionType = text(info['permissionType']);
    if (resource !== undefined) authorization.resource = resource;
    if (permissionType !== undefined) authorization.permissionType = permissionType;
    authorizations.push(authorization);
    if (authorizations.length === maxAuthorizations) break;
  }
  return authorizations;
}

/** Of too many to read all, what was refused says more than what was not. */
function refusedFirst(all: readonly Fields[]): Fields[] {
  return [...all.filter((info) => !isGranted(info)), ...all.filter(isGranted)];
}

/** protobuf leaves a false out. */
function isGranted(info: Fields): boolean {
  return info['granted'] === true;
}

export function outcomeOf(
  payload: Fields | undefined,
  method: string | undefined,
  logName: string | undefined,
): Outcome {
  if (payload === undefined) return { result: 'unknown' };
  const status = field(payload, 'status');
  const code = integer(status?.['code']);
  const message = text(status?.['message']);
  const outcome: Outcome = { result: hasFailed(payload, status, method) ? 'failure' : 'success' };
  if (isJudgedByPolicy(payload, logName)) {
    const isDryRun = fields(payload['metadata'])?.['dryRun'] === true;
    if (isDryRun) outcome.result = 'success';
    else if (code !== 0) {
      outcome.result = 'failure';
      outcome.isPolicyDenial = true;
    }
  }
  if (code !== undefined) {
    outcome.code = code;
    const codeName = codeNames[code];
    if (codeName !== undefined) outcome.codeName = codeName;
  }
  if (message !== undefined) outcome.message = message;
  return outcome;
}

/**
 * A status that says OK outweighs permissions that were asked for and refused. protobuf writes it `{}`, as it
 * does a status of which nothing is known: so something must have been granted, too.
 */
function hasFailed(payload: Fields, status: Fields | undefined, method: string | undefined): boolean {
  if (method !== undefined && method.includes('.LoginService.') && isFailedLogin(payload, method))
    return true;
  const code = integer(status?.['code']);
  if (code !== undefined) return code !== 0;
  const asked = list(payload['authorizationInfo']);
  const isOk = status !== undefined && Object.keys(status).length === 0 && asked.some(isGranted);
  return !isOk && !asked.every(isGranted);
}

const policyLog = /\/logs\/cloudaudit\.googleapis\.com(?:%2F|\/)policy$/i;

/**
 * The policy log holds what was refused, or would be: a dry run refuses nothing, whatever its status says.
 * Elsewhere what violates a policy says so; an empty info violates none.
 */
function isJudgedByPolicy(payload: Fields, logName: string | undefined): boolean {
  const { metadata, policyViolationInfo } = payload;
  return (
    (logName?.endsWith('policy') === true && policyLog.test(logName)) ||
    (policyViolationInfo !== undefined && violations(fields(policyViolationInfo)).length > 0) ||
    (metadata !== undefined && text(fields(metadata)?.['violationReason']) !== undefined)
  );
}

function violations(info: Fields | undefined): readonly Fields[] {
  return list(field(info, 'orgPolicyViolationInfo')?.['violationInfo']);
}

const failedLogin = /\.LoginService\.\w*(?:Failure|Denied|Blocked)/i;

/** Logins have no status: the method tells, or how a challenge ended. */
function isFailedLogin(payload: Fields, method: string): boolean {
  if (failedLogin.test(method)) return true;
  return workspaceParameters(payload).some(
    ({ name, value }) =>
      name === 'login_challenge_status' && typeof value === 'string' && /fail/i.test(value),
  );
}
