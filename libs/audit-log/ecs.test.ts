import { describe, expect, it } from '@jest/globals';
import { ecsFields } from './ecs.js';
import type { Network } from './network.js';
import { readEvent } from './read-event.js';

const receivedAtMs = Date.UTC(2026, 1, 3, 4, 5, 8);
const zurich: Network = {
  countryCode: 'CH',
  region: 'Zürich',
  city: 'Zürich',
  latitude: 47.4,
  longitude: 8.5,
  asn: 64_500,
  asOrganisation: 'Example AG',
};

type Json = Record<string, unknown>;
type EcsEvent = { category?: string[]; type?: string[] };

/** What the line of an entry says, as a reader of JSON sees it. */
function lineOf(bytes: Buffer): Json & { event: EcsEvent } {
  const read = readEvent(
    { tenantId: 'acme', connectionId: 'c1', receivedAtMs, bytes },
    { networkOf: () => zurich },
  );
  if ('refused' in read) throw new Error(`refused: ${read.refused}`);
  return JSON.parse(JSON.stringify(ecsFields(read.event))) as Json & { event: EcsEvent };
}

const lineOfEntry = (entry: Json) => lineOf(Buffer.from(JSON.stringify(entry)));
const lineOfAudit = (protoPayload: Json, entry: Json = {}) => lineOfEntry({ protoPayload, ...entry });

const iam = (principalEmail: string, more: Json = {}): Json => ({
  '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
  serviceName: 'iam.googleapis.com',
  authenticationInfo: { principalEmail },
  ...more,
});
const activity = { logName: 'projects/shop/logs/cloudaudit.googleapis.com%2Factivity' };
const grant = (...members: string[]) => ({
  serviceName: 'cloudresourcemanager.googleapis.com',
  methodName: 'SetIamPolicy',
  serviceData: {
    policyDelta: {
      bindingDeltas: members.map((member) => ({ action: 'ADD', role: 'roles/owner', member })),
    },
  },
});

describe('event.category and event.type', () => {
  it.each([
    [['authentication'], ['start'], 'google.login.LoginService.loginFailure', {}],
    [['authentication'], ['end'], 'google.login.LoginService.logout', {}],
    [['authentication'], ['start'], 'google.identity.sts.v1.SecurityTokenService.ExchangeToken', {}],
    [['api'], ['access', 'denied'], 'a.get', { metadata: { violationReason: 'NO_MATCHING_ACCESS_LEVEL' } }],
    [['iam', 'api'], ['admin', 'creation'], 'google.iam.admin.v1.CreateServiceAccountKey', {}],
    [['iam', 'api'], ['user', 'change'], 'SetIamPolicy', grant('user:eve@example.com')],
    [['iam', 'api'], ['group', 'change'], 'SetIamPolicy', grant('group:ops@example.com')],
    [['iam', 'api'], ['admin', 'change'], 'SetIamPolicy', grant('allUsers')],
    [
      ['configuration', 'api'],
      ['deletion'],
      'v1.compute.instances.delete',
      { serviceName: 'compute.googleapis.com' },
    ],
    [
      ['api'],
      ['access', 'allowed'],
      'storage.objects.get',
      { authorizationInfo: [{ permission: 'p', granted: true }] },
    ],
    [['api'], ['access', 'denied'], 'storage.objects.get', { authorizationInfo: [{ permission: 'p' }] }],
    [['api'], ['access', 'denied'], 'storage.objects.get', { status: { code: 7 } }],
    [['api'], ['access', 'denied'], 'storage.objects.get', { status: { code: 16 } }],
    [
      ['api'],
      ['access', 'allowed'],
      'storage.objects.get',
      { status: {}, authorizationInfo: [{ permission: 'p', granted: true }, { permission: 'q' }] },
    ],
  ])('are %j and %j for %s', (category, type, methodName, more) => {
    const { event } = lineOfAudit(iam('ann@example.com', { ...more, methodName }), activity);
    expect([event.category, event.type]).toEqual([category, type]);
  });

  it('are absent for what is no audit log, and so is the outcome', () => {
    const { event } = lineOfEntry({ textPayload: 'hello', logName: 'projects/shop/logs/stdout' });
    expect(event).not.toHaveProperty('category');
    expect(event).not.toHaveProperty('type');
    expect(event).not.toHaveProperty('outcome');
    expect(event).toMatchObject({ dataset: 'gcp.log' });
  });

  it('mark the first and the last entry of an operation that takes long', () => {
    const typeOf = (operation: Json) =>
      lineOfAudit(
        { methodName: 'v1.compute.disks.insert' },
        {
          ...activity,
          operation,
        },
      ).event.type;
    expect(typeOf({ id: 'o', first: true })).toEqual(['creation', 'start']);
    expect(typeOf({ id: 'o', last: true })).toEqual(['creation', 'end']);
    expect(typeOf({ id: 'o', first: true, last: true })).toEqual(['creation']);
  });

  it('do not call what Google does by itself a call', () => {
    const { event } = lineOfAudit(
      { methodName: 'compute.instances.preempted', serviceName: 'compute.googleapis.com' },
      { logName: 'projects/shop/logs/cloudaudit.googleapis.com%2Fsystem_event' },
    );
    expect(event.category).toEqual(['configuration']);
  });
});

describe('the users', () => {
  it('are who calls and, when another identity is used, who they act as', () => {
    const authenticationInfo = {
      principalEmail: 'bot@shop.iam.gserviceaccount.com',
      serviceAccountDelegationInfo: [{}, { firstPartyPrincipal: { principalEmail: 'ann@example.com' } }],
    };
    const bindingDeltas = [
      { action: 'ADD', role: 'roles/owner', member: 'user:eve@example.com' },
      { action: 'REMOVE', role: 'roles/viewer', member: 'user:eve@example.com' },
    ];
    const { user, client, related } = lineOfAudit({
      authenticationInfo,
      requestMetadata: { callerIp: '8.8.8.8' },
      serviceData: { policyDelta: { bindingDeltas } },
    });
    expect(user).toMatchObject({
      id: 'ann@example.com',
      name: 'ann',
      domain: 'example.com',
      effective: { name: 'bot', email: 'bot@shop.iam.gserviceaccount.com' },
      target: { name: 'eve', roles: ['roles/viewer'] },
      changes: { roles: ['roles/owner'] },
    });
    expect(client).toMatchObject({ ip: '8.8.8.8', user: { email: 'ann@example.com' } });
    expect(related).toEqual({
      ip: ['8.8.8.8'],
      user: ['bot@shop.iam.gserviceaccount.com', 'bot', 'ann@example.com', 'ann', 'eve@example.com', 'eve'],
    });
  });

  it('have no domain when their address has none', () => {
    const authenticationInfo = { principalEmail: 'a@', principalSubject: 'serviceAccount:bot@shop.example' };
    expect(lineOfAudit({ authenticationInfo })).toMatchObject({ user: { id: 'a@', name: 'a@' } });
    expect(lineOfAudit({ authenticationInfo })).not.toHaveProperty('user.domain');
  });

  it('have the same id whether or not the entry also gives the subject', () => {
    const idOf = (authenticationInfo: Json) => lineOfAudit({ authenticationInfo })['user'];
    const id = 'ann@example.com';
    expect(idOf({ principalEmail: id })).toMatchObject({ id, email: id });
    expect(idOf({ principalEmail: id, principalSubject: `user:${id}` })).toMatchObject({ id, email: id });
    expect(idOf({ principalSubject: `user:${id}` })).toMatchObject({ id, email: id });
  });

  it('of another identity provider are known by their subject', () => {
    const principalSubject =
      'principal://iam.googleapis.com/projects/1/workloadIdentityPools/github/subject/repo:a/b';
    expect(lineOfAudit({ authenticationInfo: { principalSubject } })['user']).toEqual({
      id: principalSubject,
      name: 'repo:a/b',
    });
  });

  it('of a cluster keep their whole name', () => {
    const principalEmail = 'system:serviceaccount:shop:web';
    expect(lineOfAudit({ authenticationInfo: { principalEmail } })['user']).toEqual({
      id: principalEmail,
      name: principalEmail,
    });
  });

  it('affected by a change have no place of their own when they are many', () => {
    const line = lineOfAudit(iam('ann@example.com', grant('user:eve@example.com', 'user:bob@example.com')));
    expect(line['user']).not.toHaveProperty('target');
    expect(line['related']).toMatchObject({
      user: expect.arrayContaining(['eve@example.com', 'bob@example.com']),
    });
    expect(line).toMatchObject({
      google_cloud: {
        audit: { role_changes: [{ member: 'user:eve@example.com' }, { role: 'roles/owner' }] },
      },
    });
  });

  it.each([
    ['deleted:serviceAccount:old@p.iam.gserviceaccount.com?uid=12', 'old@p.iam.gserviceaccount.com'],
    ['eve@example.com', 'eve@example.com'],
  ])('are found in the member %s', (member, email) => {
    expect(lineOfAudit(iam('ann@example.com', grant(member)))).toMatchObject({ user: { target: { email } } });
  });

  it('put into a Workspace group are its members', () => {
    const parameter = [
      { name: 'USER_EMAIL', value: 'eve@example.com' },
      { name: 'GROUP_EMAIL', value: 'ops@example.com' },
    ];
    const line = lineOfAudit({
      methodName: 'google.admin.AdminService.addGroupMember',
      metadata: { event: [{ eventName: 'ADD_GROUP_MEMBER', parameter }] },
    });
    expect(line['user']).toMatchObject({ target: { name: 'eve', group: { name: 'ops@example.com' } } });
  });

  it('of a service account are affected by what is done to it', () => {
    const line = lineOfAudit(
      iam('ann@example.com', { methodName: 'google.iam.admin.v1.CreateServiceAccountKey' }),
      {
        resource: { type: 'service_account', labels: { email_id: 'bot@shop.iam.gserviceaccount.com' } },
      },
    );
    expect(line['user']).toMatchObject({ name: 'ann', target: { name: 'bot' } });
  });
});

describe('the address of a caller', () => {
  it.each([
    ['8.8.8.8', '8.8.8.8'],
    ['10.1.2.3', '10.1.2.3'],
    ['2001:4860::8888', '2001:4860::8888'],
    ['private', undefined],
    ['gce-internal-ip', undefined],
    ['fe80::1%eth0', undefined],
  ])('%s has the ip %s', (callerIp, ip) => {
    const line = lineOfAudit({ requestMetadata: { callerIp } });
    expect(line['source']).toMatchObject({ address: callerIp });
    expect((line['source'] as Json)['ip']).toBe(ip);
    expect((line['related'] as Json | undefined)?.['ip']).toEqual(ip === undefined ? undefined : [ip]);
  });

  it('that is public has a place and a network', () => {
    expect(lineOfAudit({ requestMetadata: { callerIp: '8.8.8.8' } })['source']).toEqual({
      address: '8.8.8.8',
      ip: '8.8.8.8',
      geo: {
        country_iso_code: 'CH',
        region_name: 'Zürich',
        city_name: 'Zürich',
        location: { lat: 47.4, lon: 8.5 },
      },
      as: { number: 64_500, organization: { name: 'Example AG' } },
    });
  });
});

describe('@timestamp', () => {
  it.each([
    ['2026-02-03T04:05:06.123456789Z', '2026-02-03T04:05:06.123456789Z'],
    ['2026-02-03T04:05:06+02:00', '2026-02-03T02:05:06.000Z'],
    ['2026-02-29T04:05:06.5Z', '2026-03-01T04:05:06.500Z'],
    ['0001-01-01T00:00:00Z', '2026-02-03T04:05:07Z'],
    ['yesterday', '2026-02-03T04:05:07Z'],
  ])('of %s is %s', (timestamp, expected) => {
    const line = lineOfEntry({ timestamp, receiveTimestamp: '2026-02-03T04:05:07Z' });
    expect(line['@timestamp']).toBe(expected);
  });

  it('is the time of arrival when an entry has none', () => {
    expect(lineOfEntry({})['@timestamp']).toBe(new Date(receivedAtMs).toISOString());
  });
});

describe('a call to a Kubernetes cluster', () => {
  const resource = { type: 'k8s_cluster', labels: { cluster_name: 'prod' } };
  it.each([
    [
      'core/v1/namespaces/shop/pods/web-1/exec',
      { api_version: 'v1', namespace: 'shop', resource: { type: 'pods', name: 'web-1' } },
    ],
    ['core/v1/namespaces/shop/pods', { api_version: 'v1', namespace: 'shop', resource: { type: 'pods' } }],
    [
      'core/v1/namespaces/shop',
      { api_version: 'v1', namespace: 'shop', resource: { type: 'namespaces', name: 'shop' } },
    ],
    [
      'rbac.authorization.k8s.io/v1beta1/clusterroles/admin',
      { api_version: 'v1beta1', resource: { type: 'clusterroles', name: 'admin' } },
    ],
    ['readyz', {}],
  ])('names what it acts on: %s', (resourceName, expected) => {
    const line = lineOfAudit({ methodName: 'io.k8s.core.v1.pods.create', resourceName }, { resource });
    expect(line['orchestrator']).toEqual({ type: 'kubernetes', cluster: { name: 'prod' }, ...expected });
  });

  it('is none of a cluster of another product', () => {
    const line = lineOfAudit({}, { resource: { ...resource, type: 'cloud_dataproc_cluster' } });
    expect(line).not.toHaveProperty('orchestrator');
  });
});

describe('a line', () => {
  it('says whose it is first, and takes that from nothing in the entry', () => {
    const line = lineOfEntry({
      tenant_id: 'evil',
      labels: { tenant_id: 'evil', connection_id: 'evil' },
      protoPayload: { tenant_id: 'evil' },
    });
    expect(Object.entries(line)[0]).toEqual(['tenant_id', 'acme']);
    expect(line['labels']).toEqual({ tenant_id: 'acme', connection_id: 'c1' });
    expect(JSON.stringify(line)).not.toContain('evil');
  });

  it('names an error only when the call failed', () => {
    const status = (code: number) => lineOfAudit({ status: { code, message: 'no' } });
    expect(status(7)['error']).toEqual({ code: '7', type: 'PERMISSION_DENIED', message: 'no' });
    expect(status(7)).not.toHaveProperty('message');
    expect(status(0)).not.toHaveProperty('error');
    expect(status(0)['message']).toBe('no');
  });
});
