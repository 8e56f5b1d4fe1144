import { expect, it } from '@jest/globals';
import { categorised } from './ecs-categories.js';
import { ocsfClassOf } from './ocsf-class.js';
import { loginStepOf } from './login-step.js';
import { readEvent } from './read-event.js';

it.each([
  ['google.login.LoginService.loginSuccess', 'logon'],
  ['google.login.LoginService.loginFailure', 'logon'],
  ['google.login.LoginService.logout', 'logoff'],
  ['google.login.LoginService.userSignedOutDueToSuspiciousSessionCookie', 'logoff'],
  ['google.login.LoginService.loginChallenge', 'other'],
  ['google.login.LoginService.loginVerification', 'other'],
  ['google.login.LoginService.suspiciousLogin', 'other'],
  ['google.login.LoginService.riskySensitiveActionAllowed', 'other'],
  ['google.identity.sts.v1.SecurityTokenService.ExchangeToken', 'logon'],
  ['google.cloud.identitytoolkit.v1.AuthenticationService.SignInWithPassword', 'logon'],
  ['google.cloud.identitytoolkit.v2.AuthenticationService.StartMfaSignIn', 'other'],
  ['google.cloud.identitytoolkit.v2.AuthenticationService.FinalizeMfaSignIn', 'logon'],
  ['WebSignIn', 'logon'],
  ['AuthorizeUser', 'logon'],
  ['google.cloud.oslogin.v1.OsLoginService.StartSession', 'logon'],
  ['google.cloud.oslogin.v1.OsLoginService.ContinueSession', 'other'],
  ['example.Logoff', 'logoff'],
])('takes %s for a %s in every format', (methodName, step) => {
  const bytes = Buffer.from(JSON.stringify({ protoPayload: { methodName } }));
  const read = readEvent({ tenantId: 'acme', connectionId: 'c1', receivedAtMs: 0, bytes });
  if ('refused' in read) throw new Error(read.refused);
  expect(read.event.classification.category).toBe('login');
  expect(loginStepOf(methodName)).toBe(step);
  expect(ocsfClassOf(read.event.classification, methodName)).toMatchObject({
    classUid: 3002,
    activityId: { logon: 1, logoff: 2, other: 99 }[step],
  });
  expect(categorised(read.event, 'data_access', 'user')).toEqual({
    category: ['authentication'],
    type: [{ logon: 'start', logoff: 'end', other: 'info' }[step]],
  });
});
