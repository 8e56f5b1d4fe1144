import { field, integer, list, text, type Fields } from './values.js';

/** Whether it worked. What refuses no permission and names no status has worked. */
export type Outcome = {
  result: 'success' | 'failure' | 'unknown';
  /** google.rpc.Code. */
  code?: number;
  codeName?: string;
  message?: string;
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

export function authorizationsOf(payload: Fields | undefined): Authorization[] {
  return list(payload?.['authorizationInfo'])
    .slice(0, maxAuthorizations)
    .flatMap((info) => {
      const permission = text(info['permission']);
      if (permission === undefined) return [];
      // protobuf leaves a false out.
      const authorization: Authorization = { permission, granted: info['granted'] === true };
      const resource = text(info['resource']);
      const permissionType = text(info['permissionType']);
      if (resource !== undefined) authorization.resource = resource;
      if (permissionType !== undefined) authorization.permissionType = permissionType;
      return authorization;
    });
}

const failedLogin = /\.LoginService\.login(?:Failure|Denied|Blocked)/i;

export function outcomeOf(
  payload: Fields | undefined,
  method: string | undefined,
  authorizations: readonly Authorization[],
): Outcome {
  if (payload === undefined) return { result: 'unknown' };
  const status = field(payload, 'status');
  const code = integer(status?.['code']);
  const message = text(status?.['message']);
  const outcome: Outcome = { result: 'success' };
  if (code !== undefined) {
    outcome.code = code;
    const codeName = codeNames[code];
    if (codeName !== undefined) outcome.codeName = codeName;
  }
  if (message !== undefined) outcome.message = message;
  const isRefused = code === undefined && authorizations.some(({ granted }) => !granted);
  const isFailed = code !== undefined && code !== 0;
  if (isFailed || isRefused || (method !== undefined && failedLogin.test(method))) outcome.result = 'failure';
  return outcome;
}
