import type { Json } from './ocsf-schema.js';

const audit = (protoPayload: Json, more: Json = {}): Json => ({ protoPayload, ...more });
const parameter = (name: string, value: Json): Json => ({ name, label: 'LABEL_OPTIONAL', ...value });

/** Entries that between them hold everything that has a place in a line. */
export const ocsfExamples: readonly Json[] = [
  audit(
    {
      serviceName: 'cloudresourcemanager.googleapis.com',
      methodName: 'SetIamPolicy',
      status: { code: 7, message: 'denied' },
      authenticationInfo: {
        principalEmail: 'bot@shop.iam.gserviceaccount.com',
        principalSubject: 'serviceAccount:bot@shop.iam.gserviceaccount.com',
        serviceAccountKeyName: '//iam.googleapis.com/projects/shop/serviceAccounts/bot/keys/1',
        oauthInfo: { oauthClientId: '1.apps.googleusercontent.com' },
        serviceAccountDelegationInfo: [
          {
            firstPartyPrincipal: { principalEmail: 'ann@example.com' },
            principalSubject: 'user:ann@example.com',
          },
          {},
        ],
      },
      authorizationInfo: [
        { permission: 'a.b.set', permissionType: 'ADMIN_WRITE', resource: 'projects/shop', granted: true },
        { permission: 'a.b.get', resource: 'folders/5' },
      ],
      requestMetadata: {
        callerIp: '8.8.8.8',
        callerSuppliedUserAgent: 'gcloud',
        callerNetwork: '//compute.googleapis.com/projects/shop/global/networks/n',
      },
      resourceName: 'projects/shop',
      resourceLocation: { currentLocations: ['europe-west6-a'] },
      serviceData: {
        policyDelta: {
          bindingDeltas: [{ action: 'ADD', role: 'roles/owner', member: 'user:eve@example.com' }],
          auditConfigDeltas: [
            {
              action: 'ADD',
              service: 'allServices',
              logType: 'DATA_READ',
              exemptedMember: 'user:eve@example.com',
            },
          ],
        },
      },
    },
    {
      insertId: 'i1',
      logName: 'projects/shop/logs/cloudaudit.googleapis.com%2Factivity',
      severity: 'ERROR',
      timestamp: '2026-02-03T04:05:06.123456789Z',
      receiveTimestamp: '2026-02-03T04:05:07Z',
      resource: { type: 'project', labels: { project_id: 'shop', organization_id: '7' } },
      operation: { id: 'o1', producer: 'crm', first: true },
      split: { uid: 's1', index: 1, totalSplits: 3 },
    },
  ),
  audit({
    serviceName: 'login.googleapis.com',
    methodName: 'google.login.LoginService.loginSuccess',
    authenticationInfo: {
      principalSubject: 'principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/ann',
      serviceAccountKeyName: 'k',
      principalEmail: 'ann@example.com',
    },
    requestMetadata: { callerIp: 'gce-internal-ip' },
    metadata: {
      event: [
        {
          eventName: 'login_success',
          parameter: [
            parameter('login_type', { value: 'saml' }),
            parameter('login_challenge_method', {
              multiStrValue: ['password', 'google_prompt', 'carrier_pigeon'],
            }),
            parameter('is_suspicious', { boolValue: true }),
          ],
        },
      ],
    },
  }),
  audit({ methodName: 'google.identity.sts.v1.SecurityTokenService.ExchangeToken' }),
  audit({ methodName: 'google.login.LoginService.logout', requestMetadata: { callerIp: '10.0.0.1' } }),
  audit({}, { logName: 'folders/5/logs/x', split: { uid: 's' } }),
  audit({ requestMetadata: { callerIp: 'nowhere' } }, { logName: 'billingAccounts/B/logs/x' }),
  {
    textPayload: 'GET / 200',
    severity: 'INFO',
    logName: 'projects/shop/logs/requests',
    resource: { type: 'http_load_balancer' },
    httpRequest: {
      ...{ requestMethod: 'GET', requestUrl: 'https://example.com/', requestSize: '120', status: 200 },
      ...{ responseSize: '4096', userAgent: 'curl/8', remoteIp: '9.9.9.9', referer: 'https://example.com/a' },
      protocol: 'HTTP/2',
    },
  },
  {},
];
