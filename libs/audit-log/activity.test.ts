import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readActivity } from './activity.js';

const audit = (protoPayload: object, more: object = {}) => readActivity({ protoPayload, ...more });
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
    [{ principalEmail: 'someone' }, 'unknown', 'someone'],
  ])('%j is a %s', (authenticationInfo, kind, name) => {
    expect(by(authenticationInfo).actor).toMatchObject({ kind, name });
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
        { principalSubject: 'serviceAccount:b@p.iam.gserviceaccount.com' },
      ],
    });
    expect(actor?.kind).toBe('service-account');
    expect(delegation.map(({ kind, name }) => [kind, name])).toEqual([
      ['user', 'ann@example.com'],
      ['unknown', 'unknown'],
      ['service-account', 'b@p.iam.gserviceaccount.com'],
    ]);
  });

  it('names the key that was used', () => {
    expect(by({ serviceAccountKeyName: '//iam.googleapis.com/k' }).keyName).toBe('//iam.googleapis.com/k');
  });
});

describe('where', () => {
  it.each([
    ['8.8.8.8', { ip: '8.8.8.8', isPublic: true }],
    ['::ffff:8.8.8.8', { ip: '8.8.8.8', isPublic: true }],
    ['2001:4860:4860::8888', { ip: '2001:4860:4860::8888', isPublic: true }],
    ['10.0.0.7', { ip: '10.0.0.7', isPublic: false }],
    ['fe80::1', { ip: 'fe80::1', isPublic: false }],
    ['private', { label: 'private', isPublic: false }],
    ['gce-internal-ip', { label: 'gce-internal-ip', isPublic: false }],
    ['8.8.8', { label: '8.8.8', isPublic: false }],
    [7, { isPublic: false }],
  ])('%j', (callerIp, origin) => {
    expect(audit({ requestMetadata: { callerIp } }).origin).toEqual(origin);
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
    [{ methodName: 'google.login.LoginService.loginFailure' }, 'failure'],
  ])('%j: %s', (payload, result) => {
    expect(audit(payload).outcome.result).toBe(result);
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
