import { describe, expect, it } from '@jest/globals';
import type { Network } from './network.js';
import { ocsfClassOf } from './ocsf-class.js';
import { escapeFor, objectOf } from './json-text.js';
import { ocsfMembers } from './ocsf.js';
import { unmappedMembers } from './ocsf-unmapped.js';
import { readEvent } from './read-event.js';

const receivedAtMs = Date.UTC(2026, 1, 3);

function eventOf(entry: object, network?: Network) {
  const bytes = Buffer.from(JSON.stringify(entry));
  const read = readEvent(
    { tenantId: 'acme', connectionId: 'c1', receivedAtMs, bytes },
    { networkOf: () => network },
  );
  if ('refused' in read) throw new Error(read.refused);
  return read.event;
}

/** As a reader of JSON sees it. */
const lineOf = (entry: object, network?: Network): unknown => {
  const event = eventOf(entry, network);
  return JSON.parse(`{${ocsfMembers(event, escapeFor(event.bytes))}}`);
};
const unmappedOf = (entry: object): unknown => {
  const event = eventOf(entry);
  return JSON.parse(objectOf(unmappedMembers(event, escapeFor(event.bytes))));
};
const audit = (protoPayload: object, more: object = {}) => ({ protoPayload, ...more });

describe('the class and the activity', () => {
  it.each([
    ['v1.compute.instances.insert', 6003, 1, 'Create', 'API Activity: Create'],
    ['storage.objects.get', 6003, 2, 'Read', 'API Activity: Read'],
    ['google.iam.admin.v1.UpdateRole', 6003, 3, 'Update', 'API Activity: Update'],
    ['google.iam.admin.v1.DeleteServiceAccountKey', 6003, 4, 'Delete', 'API Activity: Delete'],
    ['google.login.LoginService.loginSuccess', 3002, 1, 'Logon', 'Authentication: Logon'],
    ['google.login.LoginService.loginFailure', 3002, 1, 'Logon', 'Authentication: Logon'],
    ['google.login.LoginService.logout', 3002, 2, 'Logoff', 'Authentication: Logoff'],
    ['google.login.LoginService.loginChallenge', 3002, 99, 'loginChallenge', 'Authentication: Other'],
    ['google.identity.sts.v1.SecurityTokenService.ExchangeToken', 3002, 1, 'Logon', 'Authentication: Logon'],
  ])('of %s', (methodName, class_uid, activity_id, activity_name, type_name) => {
    const type_uid = class_uid * 100 + activity_id;
    expect(lineOf(audit({ methodName }))).toMatchObject({
      ...{ class_uid, activity_id, activity_name, type_uid, type_name },
    });
  });

  it('are in the own word of what OCSF has none for', () => {
    const other = { category: 'credential', effect: 'other', ruleId: 'x' } as const;
    expect(ocsfClassOf(other, 'a.b.SignJwt')).toMatchObject({ activityId: 99, activityName: 'SignJwt' });
    expect(ocsfClassOf(other, undefined)).toMatchObject({ activityId: 99, activityName: 'Other' });
  });
});

describe('an event', () => {
  it('is told by its id, its tenant, its times and what belongs together', () => {
    const operation = { id: 'o', producer: 'p', last: true };
    const timestamp = '2026-02-03T04:05:06.123456789Z';
    expect(
      lineOf({ timestamp, receiveTimestamp: '2026-02-03T04:05:07Z', insertId: 'i', operation }),
    ).toMatchObject({
      time: Date.UTC(2026, 1, 3, 4, 5, 6, 123),
      metadata: {
        version: '1.8.0',
        profiles: ['cloud'],
        uid: expect.stringMatching(/^[\da-f]{32}$/),
        tenant_uid: 'acme',
        original_time: timestamp,
        logged_time: Date.UTC(2026, 1, 3, 4, 5, 7),
        processed_time: receivedAtMs,
        original_event_uid: 'i',
        correlation_uid: 'p/o',
      },
    });
    expect(unmappedOf({ operation })).toMatchObject({
      operation: { id: 'o', producer: 'p', position: 'last' },
    });
  });

  it('without a readable time has the time of arrival', () => {
    expect(lineOf({ timestamp: 'soon' })).toMatchObject({ time: receivedAtMs });
  });

  it('names the category of its action, the rule, and the version of the rules', () => {
    expect(lineOf(audit({ methodName: 'storage.buckets.create' }))).toMatchObject({
      enrichments: [
        {
          name: 'api.operation',
          value: 'storage.buckets.create',
          type: 'action_category',
          data: { category: 'create', rule_id: 'verb-create', rule_set_version: expect.any(String) },
        },
      ],
    });
  });

  it('that failed says with which code', () => {
    expect(lineOf(audit({ status: { code: 7, message: 'no' } }))).toMatchObject({
      ...{ status_id: 2, status: 'Failure', status_code: '7', status_detail: 'no' },
      api: { response: { code: 7, error: 'PERMISSION_DENIED', message: 'no' } },
    });
  });

  it('that is no audit log is mapped as far as it goes', () => {
    const httpRequest = {
      requestMethod: 'BREW',
      requestUrl: 'https://example.com/',
      status: 418,
      remoteIp: '9.9.9.9',
    };
    const line = lineOf({ jsonPayload: { message: 'short and stout' }, httpRequest }, { countryCode: 'CH' });
    expect(line).toMatchObject({
      ...{ class_uid: 6003, activity_id: 0, status_id: 0, message: 'short and stout' },
      metadata: { product: { name: 'Cloud Logging' } },
      http_request: { url: { url_string: 'https://example.com/' } },
      http_response: { code: 418 },
      src_endpoint: { ip: '9.9.9.9', location: { country: 'CH' } },
    });
    expect(line).not.toHaveProperty('http_request.http_method');
  });

  it('so large that repeating its texts could make the line too large has them cut', () => {
    const long = '\u{1f600}'.repeat(100_000);
    const entry = audit({
      methodName: `x${long}`,
      authenticationInfo: { principalSubject: `x${long}` },
      status: { message: long },
    });
    expect(JSON.stringify(lineOf(entry)).length).toBeLessThan(20_000);
    expect(lineOf(entry)).toMatchObject({ status_detail: '\u{1f600}'.repeat(500), time: receivedAtMs });
    expect(JSON.stringify(lineOf(entry)).isWellFormed()).toBe(true);
    expect(JSON.stringify(lineOf(entry))).not.toContain('\\ud83d');
  });
});

describe('who', () => {
  const by = (authenticationInfo: object) => lineOf(audit({ authenticationInfo }));

  it('is the service account, on behalf of who called first', () => {
    const authenticationInfo = {
      principalEmail: 'bot@shop.iam.gserviceaccount.com',
      serviceAccountKeyName: 'k',
      serviceAccountDelegationInfo: [{ firstPartyPrincipal: { principalEmail: 'ann@example.com' } }, {}],
    };
    expect(by(authenticationInfo)).toMatchObject({
      actor: {
        user: {
          ...{ name: 'bot@shop.iam.gserviceaccount.com', type_id: 4, type: 'Service' },
          programmatic_credentials: [{ uid: 'k', type: 'Service Account Key' }],
        },
        invoked_by: 'ann@example.com',
      },
    });
    expect(unmappedOf(audit({ authenticationInfo }))).toMatchObject({
      principal_kind: 'service-account',
      delegation: [
        { kind: 'user', name: 'ann@example.com' },
        { kind: 'unknown', name: 'unknown' },
      ],
    });
  });

  it('is a name in a pool when it is federated', () => {
    const principalSubject =
      'principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/ann';
    expect(by({ principalSubject })).toMatchObject({
      actor: {
        user: { name: 'ann', uid: principalSubject, type_id: 1 },
        idp: { name: 'staff', uid: 'locations/global/workforcePools/staff' },
      },
    });
  });

  it.each([
    ['system:serviceaccount:kube-system:dns', 4],
    ['system:node:n', 3],
    ['system:anonymous', 0],
    ['system@google.com', 3],
  ])('is of the type that it has: %s', (principalEmail, type_id) => {
    expect(by({ principalEmail })).toMatchObject({ actor: { user: { name: principalEmail, type_id } } });
  });

  it('is unknown when the identity was redacted', () => {
    expect(by({ principalEmail: '' })).toMatchObject({ actor: { user: { name: 'unknown', type_id: 0 } } });
  });

  it('was granted or denied each permission', () => {
    const authorizationInfo = [{ permission: 'a', granted: true, resource: 'r' }, { permission: 'b' }];
    expect(lineOf(audit({ authorizationInfo }))).toMatchObject({
      actor: {
        authorizations: [
          { decision: 'granted', policy: { name: 'a', data: { resource: 'r' } } },
          { decision: 'denied', policy: { name: 'b' } },
        ],
      },
    });
  });

  it('logged in with several factors', () => {
    const parameter = [
      { name: 'login_type', value: 'saml' },
      { name: 'login_challenge_method', multiStrValue: ['password', 'password', 'toString', 7] },
      { name: 'is_suspicious', boolValue: false },
    ];
    const entry = audit({
      methodName: 'google.login.LoginService.loginSuccess',
      metadata: { event: [{ parameter }] },
    });
    expect(lineOf(entry)).toMatchObject({
      ...{ auth_protocol_id: 5, auth_protocol: 'SAML', is_mfa: true },
      auth_factors: [
        { factor_type_id: 11, factor_type: 'Password' },
        { factor_type_id: 99, factor_type: 'toString' },
      ],
    });
    expect(unmappedOf(entry)).toEqual({ is_suspicious: false });
  });

  it('is warned of by Google, where nobody acts', () => {
    const parameter = [{ name: 'affected_email_address', value: 'bob@example.com' }];
    const entry = audit({
      methodName: 'google.login.LoginService.suspiciousLogin',
      authenticationInfo: {},
      metadata: { event: [{ parameter }] },
    });
    expect(lineOf(entry)).toMatchObject({
      class_uid: 3002,
      user: { name: 'bob@example.com', email_addr: 'bob@example.com' },
      actor: { user: { name: 'unknown' } },
    });
  });

  it('has switched off which logs', () => {
    const change = { action: 'REMOVE', service: 'allServices', logType: 'DATA_READ' };
    const policyDelta = { auditConfigDeltas: [{ ...change, other: 1 }] };
    const entry = audit({ methodName: 'SetIamPolicy', serviceData: { policyDelta } });
    expect(unmappedOf(entry)).toEqual({
      audit_config_changes: [{ action: 'REMOVE', service: 'allServices', log_type: 'DATA_READ' }],
    });
  });

  it('was given which role', () => {
    const bindingDeltas = [{ action: 'ADD', role: 'roles/owner', member: 'user:eve@example.com' }];
    const entry = audit({ methodName: 'SetIamPolicy', serviceData: { policyDelta: { bindingDeltas } } });
    expect(unmappedOf(entry)).toEqual({ role_changes: bindingDeltas });
  });
});

describe('where', () => {
  it.each([
    ['8.8.8.8', { ip: '8.8.8.8', network_scope_id: 2, network_scope: 'External' }],
    ['10.0.0.1', { ip: '10.0.0.1', network_scope_id: 1, network_scope: 'Internal' }],
    ['203.0.113.1', { ip: '203.0.113.1', network_scope_id: 0, network_scope: 'Unknown' }],
    ['private', { svc_name: 'private', network_scope_id: 1, network_scope: 'Internal' }],
    ['here', { name: 'here', network_scope_id: 0, network_scope: 'Unknown' }],
    [undefined, { name: 'unknown', network_scope_id: 0, network_scope: 'Unknown' }],
  ])('a call from %s came from', (callerIp, src_endpoint) => {
    expect(lineOf(audit({ requestMetadata: { callerIp } }))).toHaveProperty('src_endpoint', src_endpoint);
  });

  it('is left out of what a database does not know', () => {
    const entry = audit({ requestMetadata: { callerIp: '8.8.8.8' } });
    expect(lineOf(entry, { latitude: 1, longitude: 2 })).not.toHaveProperty('src_endpoint.location');
    expect(lineOf(entry, { asn: 1 })).toHaveProperty('src_endpoint.autonomous_system', { number: 1 });
  });

  it('is a region, and a zone in it', () => {
    const at = (location: string) =>
      lineOf(audit({ resourceName: 'a/b', resourceLocation: { currentLocations: [location] } }));
    expect(at('us-central1-a')).toMatchObject({
      cloud: { region: 'us-central1', zone: 'us-central1-a' },
      resources: [{ uid: 'a/b', name: 'b', role_id: 1, region: 'us-central1', zone: 'us-central1-a' }],
    });
    for (const region of ['global', 'us', 'us-central1', 'europe-west10', 'nam-eur-asia1'])
      expect(at(region)).toHaveProperty('cloud', { provider: 'GCP', region });
  });

  it.each([
    ['projects/p', { account: { uid: 'p', type_id: 11, type: 'GCP Project' }, project_uid: 'p' }],
    ['folders/5', { account: { uid: '5', type_id: 99, type: 'GCP Folder' } }],
    ['billingAccounts/B', { account: { uid: 'B', type_id: 99, type: 'GCP Billing Account' } }],
    ['organizations/7', { org: { uid: '7' } }],
  ])('is the cloud of the log: %s', (parent, cloud) => {
    expect(lineOf({ logName: `${parent}/logs/x` })).toHaveProperty('cloud', { provider: 'GCP', ...cloud });
  });
});
