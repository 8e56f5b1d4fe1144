import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readActivity } from './activity.js';
import { federatedIdentity } from './principal.js';

const audit = (protoPayload: object, more: object = {}) => readActivity({ protoPayload, ...more });
const challenge = (value: string) => ({
  methodName: 'google.login.LoginService.loginChallenge',
  metadata: { event: [{ parameter: [{ name: 'login_challenge_status', value }] }] },
});
const by = (authenticationInfo: object) => audit({ authenticationInfo });

describe('who', () => {
  it.each([
    [{ principalEmail: 'ann@example.com' }, 'user', 'ann@example.com'],
    [{ principalEmail: 'ci@p.iam.gserviceaccount.com' }, 'service-account', 'ci@p.iam.gserviceaccount.com'],
    [
      { principalEmail: 'system:serviceaccount:kube-system:dns' },
      'kubernetes',
      'system:serviceaccount:kube-system:dns',
    ],
    [{ principalEmail: 'system:anonymous' }, 'anonymous', 'system:anonymous'],
    [{ principalEmail: 'system@google.com' }, 'system', 'system@google.com'],
    [{ principalSubject: 'user:ann@example.com' }, 'user', 'ann@example.com'],
    [
      { principalSubject: 'principal://iam.googleapis.com/locations/global/workforcePools/p/subject/ann' },
      'federated-user',
      'principal://iam.googleapis.com/locations/global/workforcePools/p/subject/ann',
    ],
    [
      {
        principalSubject:
          'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/x',
      },
      'federated-workload',
      'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/x',
    ],
    [
      { principalSubject: 'serviceAccount:p.svc.id.goog[ns/name]' },
      'federated-workload',
      'serviceAccount:p.svc.id.goog[ns/name]',
    ],
    [{ principalEmail: 'system:node:gke-1' }, 'kubernetes', 'system:node:gke-1'],
    [{ principalEmail: 'system:unauthenticated' }, 'anonymous', 'system:unauthenticated'],
    [{ principalEmail: 'a@b.com', principalSubject: 'serviceAccount:a@b.com' }, 'service-account', 'a@b.com'],
    [
      { principalSubject: 'serviceAccount:pool[sub@ject]' },
      'federated-workload',
      'serviceAccount:pool[sub@ject]',
    ],
    [{ principalEmail: 'x@evilgserviceaccount.com' }, 'user', 'x@evilgserviceaccount.com'],
    [{ thirdPartyPrincipal: { thirdPartyClaims: { sub: 'ann' } } }, 'federated-user', 'ann'],
    [{ principalEmail: 'someone' }, 'unknown', 'someone'],
    [
      { principalSubject: 'deleted:serviceAccount:ci@p.iam.gserviceaccount.com?uid=1' },
      'service-account',
      'ci@p.iam.gserviceaccount.com',
    ],
    [{ principalSubject: 'deleted:user:ann@example.com?uid=1' }, 'user', 'ann@example.com'],
    [
      { principalSubject: 'deleted:serviceAccount:pool[a]?uid=1' },
      'federated-workload',
      'serviceAccount:pool[a]',
    ],
    [{ principalSubject: 'user:REDACTED' }, 'user', 'REDACTED'],
    [{ principalSubject: 'serviceAccount:REDACTED' }, 'service-account', 'REDACTED'],
    [{ principalSubject: 'user:' }, 'user', 'user:'],
    [{ principalSubject: 'robot:x' }, 'unknown', 'robot:x'],
  ])('%j is a %s', (authenticationInfo, kind, name) => {
    expect(by(authenticationInfo).actor).toMatchObject({ kind, name });
  });

  it('is the one whom an exchanged token stands for', () => {
    const mapped_principal =
      'principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/gh/subject/repo:acme/web';
    const authenticationInfo = { principalSubject: 'repo:acme/web' };
    const { actor } = audit({ authenticationInfo, metadata: { mapped_principal } });
    expect(actor).toMatchObject({ kind: 'federated-workload', name: mapped_principal });
    expect(actor && federatedIdentity(actor)).toMatchObject({ subject: 'repo:acme/web' });
  });

  it('is an account that is there no more', () => {
    const principalEmail = 'deleted:serviceAccount:ci@p.iam.gserviceaccount.com?uid=1';
    expect(by({ principalEmail }).actor).toMatchObject({
      kind: 'service-account',
      name: 'ci@p.iam.gserviceaccount.com',
    });
  });

  it('is Google, of which Access Transparency tells', () => {
    const accesses = [
      { methodName: 'GoogleInternal.Read', resourceName: '//storage/a' },
      { methodName: 'GoogleInternal.Read', resourceName: '//storage/b' },
    ];
    const jsonPayload = { '@type': 'type.googleapis.com/google.cloud.audit.TransparencyLog', accesses };
    expect(readActivity({ jsonPayload })).toMatchObject({
      isAudit: true,
      method: 'GoogleInternal.Read',
      actor: { kind: 'system', name: 'Google' },
      resources: [{ uid: '//storage/a' }, { uid: '//storage/b' }],
      outcome: { result: 'success' },
    });
    expect(readActivity({ jsonPayload: { ...jsonPayload, accesses: 7 } }).isAudit).toBe(true);
    expect(readActivity({ jsonPayload: { accesses } }).isAudit).toBe(false);
  });

  it('is nobody when the caller was redacted', () => {
    expect(by({ principalEmail: '' }).actor).toBeUndefined();
    expect(by({}).actor).toBeUndefined();
  });

  it('has a chain of those who act through it, first who called, hidden ones included', () => {
    const { actor, delegation } = by({
      principalEmail: 'sa@p.iam.gserviceaccount.com',
      serviceAccountDelegationInfo: [
        { firstPartyPrincipal: { principalEmail: 'ann@example.com' } },
        {},
        { thirdPartyPrincipal: { thirdPartyClaims: { email: 'bob@example.com' } } },
        { principalSubject: 'serviceAccount:b@p.iam.gserviceaccount.com' },
      ],
    });
    expect(actor?.kind).toBe('service-account');
    expect(delegation.map(({ kind, name }) => [kind, name])).toEqual([
      ['user', 'ann@example.com'],
      ['unknown', 'unknown'],
      ['federated-user', 'bob@example.com'],
      ['service-account', 'b@p.iam.gserviceaccount.com'],
    ]);
  });

  it('names the key and the OAuth client that were used', () => {
    const oauthInfo = { oauthClientId: '1.apps.googleusercontent.com' };
    expect(by({ serviceAccountKeyName: '//iam.googleapis.com/k', oauthInfo })).toMatchObject({
      ...{ keyName: '//iam.googleapis.com/k', clientId: '1.apps.googleusercontent.com' },
    });
  });

  it.each([
    [
      'principal://iam.googleapis.com/locations/global/workforcePools/p/subject/a/b',
      { pool: 'locations/global/workforcePools/p', subject: 'a/b' },
    ],
    ['serviceAccount:p.svc.id.goog[ns/name]', { pool: 'p.svc.id.goog', subject: 'ns/name' }],
    ['principal://iam.googleapis.com/subject/', undefined],
    ['principal://', undefined],
    ['deleted:serviceAccount:p[ns/name]?uid=1', { pool: 'p', subject: 'ns/name' }],
    ['serviceAccount:[]', undefined],
    ['user:ann@example.com', undefined],
  ])('has a pool and a name in it when it is federated: %s', (principalSubject, identity) => {
    const { actor } = by({ principalSubject });
    expect(actor && federatedIdentity(actor)).toEqual(identity);
  });
});

describe('where', () => {
  const nowhere = { isPublic: false, isInternal: false };

  it('is the address, the agent and the network of the caller', () => {
    const requestMetadata = { callerIp: '8.8.8.8', callerSuppliedUserAgent: 'gcloud', callerNetwork: 'n' };
    expect(audit({ requestMetadata }).origin).toEqual({
      ...{ ip: '8.8.8.8', isPublic: true, isInternal: false, userAgent: 'gcloud', network: 'n' },
    });
  });

  it('is nowhere when nothing is said, or nothing that can be read', () => {
    for (const requestMetadata of [undefined, {}, [], { callerIp: 7, callerSuppliedUserAgent: {} }])
      expect(audit({ requestMetadata }).origin).toEqual(nowhere);
  });

  it('is that of the HTTP request, of which another log tells', () => {
    const httpRequest = { remoteIp: '9.9.9.9', userAgent: 'curl' };
    expect(readActivity({ httpRequest }).origin).toMatchObject({ ip: '9.9.9.9', userAgent: 'curl' });
  });
});

describe('whether it worked', () => {
  it.each([
    [{}, 'success'],
    [{ status: {} }, 'success'],
    [{ status: { code: 0 } }, 'success'],
    [{ status: { message: 'Instance preempted' } }, 'success'],
    [{ status: { code: 7 } }, 'failure'],
    [{ status: { code: '5' } }, 'failure'],
    [{ authorizationInfo: [{ permission: 'a.b.c', granted: true }] }, 'success'],
    [{ authorizationInfo: [{ permission: 'a.b.c', granted: true }, { permission: 'a.b.d' }] }, 'failure'],
    [{ status: { code: 0 }, authorizationInfo: [{ permission: 'a.b.d' }] }, 'success'],
    [{ status: {}, authorizationInfo: [{ permission: 'a', granted: true }, { permission: 'b' }] }, 'success'],
    [{ status: {}, authorizationInfo: [{ permission: 'a.b.d' }] }, 'failure'],
    [{ status: { message: 'no' }, authorizationInfo: [{ permission: 'a', granted: true }, {}] }, 'failure'],
    [{ authorizationInfo: [...Array(99).fill({ permission: 'a', granted: true }), {}] }, 'failure'],
    [{ authorizationInfo: [{ permission: 'a', granted: 'yes' }] }, 'failure'],
    [{ authorizationInfo: ['a', null, 7] }, 'success'],
    [{ status: { code: 'no' }, authorizationInfo: {} }, 'success'],
    [{ status: 'denied' }, 'success'],
    [{ methodName: 'google.login.LoginService.loginFailure' }, 'failure'],
    [{ methodName: 'google.login.LoginService.loginSuccess' }, 'success'],
    [challenge('Challenge Failed.'), 'failure'],
    [challenge('Challenge Passed.'), 'success'],
  ])('%j: %s', (payload, result) => {
    expect(audit(payload).outcome.result).toBe(result);
  });

  const violation = { policyViolationInfo: { orgPolicyViolationInfo: { violationInfo: [{}] } } };
  const perimeter = (more: object = {}) => ({
    metadata: { violationReason: 'NO_MATCHING_ACCESS_LEVEL', ...more },
  });
  const policyLog = { logName: 'projects/p/logs/cloudaudit.googleapis.com%2Fpolicy' };

  it.each([
    [{}, policyLog, 'failure'],
    [{ status: {} }, policyLog, 'failure'],
    [{ status: { code: 0 } }, policyLog, 'success'],
    [{ status: { code: 7 } }, policyLog, 'failure'],
    [{ metadata: { dryRun: true } }, policyLog, 'success'],
    [{ metadata: { dryRun: true }, status: { code: 7 } }, policyLog, 'success'],
    [{ status: { code: 9 }, ...violation }, {}, 'failure'],
    [{}, { logName: 'projects/p/logs/policy' }, 'success'],
    [violation, {}, 'failure'],
    [{ policyViolationInfo: { orgPolicyViolationInfo: {} } }, {}, 'success'],
    [perimeter(), {}, 'failure'],
    [perimeter({ dryRun: true }), {}, 'success'],
  ])('is what a policy decided: %j %j: %s', (payload, more, result) => {
    const { outcome } = audit(payload, more);
    expect(outcome.result).toBe(result);
    expect(outcome.isPolicyDenial === true).toBe(result === 'failure');
  });

  it('is not known of an entry that is no audit log', () => {
    expect(readActivity({ textPayload: 'hello' })).toMatchObject({
      isAudit: false,
      outcome: { result: 'unknown' },
    });
  });

  it("names google's code", () => {
    expect(audit({ status: { code: 7, message: 'no' } }).outcome).toEqual({
      ...{ result: 'failure', code: 7, codeName: 'PERMISSION_DENIED', message: 'no' },
    });
  });
});

describe('what', () => {
  it('is the resource that is named, and others that a permission was asked for on', () => {
    const { resources, scope } = readActivity({
      logName: 'projects/p/logs/cloudaudit.googleapis.com%2Factivity',
      resource: { type: 'gce_instance', labels: { zone: 'us-central1-a', instance_id: '1' } },
      protoPayload: {
        resourceName: 'projects/p/zones/us-central1-a/instances/i',
        authorizationInfo: [
          { permission: 'a', resource: 'projects/p/zones/us-central1-a/instances/i' },
          { permission: 'b', resource: 'projects/p/networks/n' },
        ],
      },
    });
    expect(resources).toEqual([
      {
        uid: 'projects/p/zones/us-central1-a/instances/i',
        type: 'gce_instance',
        location: 'us-central1-a',
        labels: { zone: 'us-central1-a', instance_id: '1' },
      },
      { uid: 'projects/p/networks/n' },
    ]);
    expect(scope).toEqual({ projectId: 'p', location: 'us-central1-a' });
  });

  it.each([
    [{ id: 'o', first: true }, 'first'],
    [{ id: 'o', last: true }, 'last'],
    [{ id: 'o', first: true, last: true }, 'only'],
    [{ id: 'o' }, 'middle'],
  ])('tells the part of a long operation: %j', (operation, position) => {
    expect(audit({}, { operation }).operation?.position).toBe(position);
  });

  it('keeps the nanoseconds of the time', () => {
    const timestamp = '2026-02-03T04:05:06.123456789Z';
    expect(audit({}, { timestamp })).toMatchObject({
      time: timestamp,
      timeMs: Date.UTC(2026, 1, 3, 4, 5, 6, 123),
    });
    expect(audit({}, { timestamp: 'yesterday' }).timeMs).toBeUndefined();
  });
});

it('reads any object without throwing', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (entry, protoPayload) => {
      readActivity({ ...entry, protoPayload });
    }),
  );
});
