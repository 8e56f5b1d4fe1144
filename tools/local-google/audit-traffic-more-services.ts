import type { Service } from './audit-traffic-services.js';

const write = 'ADMIN_WRITE';
const projectLabel = '"project_id":"<project>"';
const typed = (type: string) => `"@type":"type.googleapis.com/${type}"`;
const setPolicy = `"request":{"resource":"<project>","policy":{"bindings":[<bindings>],"etag":"<etag>","version":1},${typed('google.iam.v1.SetIamPolicyRequest')}},"response":{"bindings":[<bindings>],"etag":"<etag>",${typed('google.iam.v1.Policy')}}`;
const login = (name: string, type: string) =>
  `"metadata":{"@type":"type.googleapis.com/ccc_hosted_reporting.ActivityProto","activityId":{"timeUsec":"<number>","uniqQualifier":"-<number>"},"event":[{"eventId":"<hex>","eventName":"${name}","eventType":"login","parameter":[{"label":"LABEL_OPTIONAL","name":"login_type","type":"TYPE_STRING","value":"${type}"},{"label":"LABEL_REPEATED","multiStrValue":["password","idv_preregistered_phone"],"name":"login_challenge_method","type":"TYPE_STRING"},{"boolValue":false,"label":"LABEL_OPTIONAL","name":"is_suspicious","type":"TYPE_BOOL"}],"status":{"success":true}}]}`;
const vpcDenied = `"metadata":{${typed('google.cloud.audit.VpcServiceControlAuditMetadata')},"violationReason":"NO_MATCHING_ACCESS_LEVEL","vpcServiceControlsUniqueId":"<hex>","resourceNames":["projects/<project>"],"ingressViolations":[{"targetResource":"projects/<number>","servicePerimeter":"accessPolicies/<small>/servicePerimeters/<word>"}],"securityPolicyInfo":{"organizationId":"<organization>","servicePerimeterName":"accessPolicies/<small>/servicePerimeters/<word>"}}`;

/** The services that carry less traffic, and those that log above the projects. */
export const moreServices: readonly Service[] = [
  {
    service: 'cloudkms.googleapis.com',
    resourceType: 'cloudkms_cryptokey',
    labels: '"crypto_key_id":"<word>","key_ring_id":"<dataset>","location":"<region>",' + projectLabel,
    resourceName: 'projects/<project>/locations/<region>/keyRings/<dataset>/cryptoKeys/<word>',
    methods: [
      {
        name: 'Decrypt',
        permission: 'cloudkms.cryptoKeyVersions.useToDecrypt',
        type: 'DATA_READ',
        weight: 7,
        body: `"request":{${typed('google.cloud.kms.v1.DecryptRequest')},"name":"projects/<project>/locations/<region>/keyRings/<dataset>/cryptoKeys/<word>"}`,
      },
      {
        name: 'Encrypt',
        permission: 'cloudkms.cryptoKeyVersions.useToEncrypt',
        type: 'DATA_READ',
        weight: 3,
        body: `"request":{${typed('google.cloud.kms.v1.EncryptRequest')},"name":"projects/<project>/locations/<region>/keyRings/<dataset>/cryptoKeys/<word>"}`,
      },
      {
        name: 'DestroyCryptoKeyVersion',
        permission: 'cloudkms.cryptoKeyVersions.destroy',
        type: write,
        body: `"request":{${typed('google.cloud.kms.v1.DestroyCryptoKeyVersionRequest')},"name":"projects/<project>/locations/<region>/keyRings/<dataset>/cryptoKeys/<word>/cryptoKeyVersions/3"}`,
      },
    ],
  },
  {
    service: 'secretmanager.googleapis.com',
    resourceType: 'audited_resource',
    labels:
      '"method":"google.cloud.secretmanager.v1.SecretManagerService","service":"secretmanager.googleapis.com",' +
      projectLabel,
    resourceName: 'projects/<number>/secrets/<word>/versions/latest',
    methods: [
      {
        name: 'google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion',
        permission: 'secretmanager.versions.access',
        type: 'DATA_READ',
        weight: 8,
        body: `"request":{${typed('google.cloud.secretmanager.v1.AccessSecretVersionRequest')},"name":"projects/<project>/secrets/<word>/versions/latest"}`,
      },
      {
        name: 'google.cloud.secretmanager.v1.SecretManagerService.CreateSecret',
        permission: 'secretmanager.secrets.create',
        type: write,
        body: `"request":{${typed('google.cloud.secretmanager.v1.CreateSecretRequest')},"parent":"projects/<project>","secret":{"replication":{"automatic":{}},"labels":{"team":"<word>"}},"secretId":"<word>"},"response":{${typed('google.cloud.secretmanager.v1.Secret')},"createTime":"2026-01-01T00:00:00.000000Z","etag":"<etag>","name":"projects/<number>/secrets/<word>"}`,
      },
    ],
  },
  {
    service: 'cloudresourcemanager.googleapis.com',
    resourceType: 'project',
    labels: projectLabel,
    resourceName: 'projects/<project>',
    methods: [
      {
        name: 'SetIamPolicy',
        permission: 'resourcemanager.projects.setIamPolicy',
        type: write,
        weight: 3,
        body: setPolicy,
      },
      { name: 'GetProject', permission: 'resourcemanager.projects.get', type: 'ADMIN_READ', weight: 5 },
      {
        name: 'google.cloud.resourcemanager.v3.TagKeys.ListTagKeys',
        permission: 'resourcemanager.tagKeys.list',
        type: 'ADMIN_READ',
        body: `"request":{${typed('google.cloud.resourcemanager.v3.ListTagKeysRequest')},"parent":"organizations/<organization>"}`,
      },
    ],
  },
  {
    service: 'cloudresourcemanager.googleapis.com',
    scope: 'folders',
    resourceType: 'folder',
    labels: '"folder_id":"<folder>"',
    resourceName: 'folders/<folder>',
    methods: [
      {
        name: 'SetIamPolicy',
        permission: 'resourcemanager.folders.setIamPolicy',
        type: write,
        weight: 2,
        body: setPolicy,
      },
    ],
  },
  {
    service: 'orgpolicy.googleapis.com',
    scope: 'organizations',
    resourceType: 'organization',
    labels: '"organization_id":"<organization>"',
    resourceName: 'organizations/<organization>/policies/iam.disableServiceAccountKeyCreation',
    methods: [
      {
        name: 'google.cloud.orgpolicy.v2.OrgPolicy.UpdatePolicy',
        permission: 'orgpolicy.policy.set',
        type: write,
        body: `"request":{${typed('google.cloud.orgpolicy.v2.UpdatePolicyRequest')},"policy":{"name":"organizations/<organization>/policies/iam.disableServiceAccountKeyCreation","spec":{"rules":[{"enforce":true}]}}}`,
      },
    ],
  },
  {
    service: 'pubsub.googleapis.com',
    resourceType: 'pubsub_topic',
    labels: '"topic_id":"projects/<project>/topics/<word>",' + projectLabel,
    resourceName: 'projects/<project>/topics/<word>',
    methods: [
      {
        name: 'google.pubsub.v1.Publisher.CreateTopic',
        permission: 'pubsub.topics.create',
        type: write,
        body: `"request":{${typed('google.pubsub.v1.Topic')},"name":"projects/<project>/topics/<word>"},"response":{${typed('google.pubsub.v1.Topic')},"messageStoragePolicy":{"allowedPersistenceRegions":["<region>"]},"name":"projects/<project>/topics/<word>"},"resourceLocation":{"currentLocations":["<region>"]}`,
      },
      {
        name: 'google.pubsub.v1.Subscriber.UpdateSubscription',
        permission: 'pubsub.subscriptions.update',
        type: write,
        body: `"request":{${typed('google.pubsub.v1.UpdateSubscriptionRequest')},"subscription":{"ackDeadlineSeconds":60,"name":"projects/<project>/subscriptions/<word>"},"updateMask":"ackDeadlineSeconds"}`,
      },
      {
        name: 'google.pubsub.v1.Publisher.GetTopic',
        permission: 'pubsub.topics.get',
        type: 'ADMIN_READ',
        weight: 3,
      },
    ],
  },
  {
    service: 'cloudsql.googleapis.com',
    resourceType: 'cloudsql_database',
    labels: '"database_id":"<project>:<word>","region":"<region>",' + projectLabel,
    resourceName: 'projects/<project>/instances/<word>',
    methods: [
      {
        name: 'cloudsql.instances.connect',
        permission: 'cloudsql.instances.connect',
        type: 'DATA_WRITE',
        weight: 4,
        body: `"request":{${typed('google.cloud.sql.v1beta4.SqlInstancesGenerateEphemeralCertRequest')},"instance":"<word>","project":"<project>"}`,
      },
      {
        name: 'cloudsql.instances.update',
        permission: 'cloudsql.instances.update',
        type: write,
        long: true,
        body: `"request":{${typed('google.cloud.sql.v1beta4.SqlInstancesUpdateRequest')},"body":{"settings":{"tier":"db-custom-4-16384","backupConfiguration":{"enabled":true,"startTime":"03:00"},"settingsVersion":"<small>"}},"instance":"<word>"}`,
      },
    ],
  },
  {
    service: 'run.googleapis.com',
    resourceType: 'cloud_run_revision',
    labels:
      '"configuration_name":"<word>","location":"<region>","revision_name":"<name>","service_name":"<word>",' +
      projectLabel,
    resourceName: 'namespaces/<project>/services/<word>',
    methods: [
      {
        name: 'google.cloud.run.v1.Services.ReplaceService',
        permission: 'run.services.update',
        type: write,
        weight: 2,
        body: `"request":{${typed('google.cloud.run.v1.ReplaceServiceRequest')},"service":{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{"name":"<word>","namespace":"<number>","labels":{"cloud.googleapis.com/location":"<region>"}},"spec":{"template":{"spec":{"containerConcurrency":80,"containers":[{"image":"gcr.io/<project>/<word>:<hex>","env":[{"name":"LOG_LEVEL","value":"info"}]}],"serviceAccountName":"<account>","timeoutSeconds":300}}}}}`,
      },
      {
        name: 'google.cloud.run.v1.Services.GetService',
        permission: 'run.services.get',
        type: 'ADMIN_READ',
        weight: 3,
      },
    ],
  },
  {
    service: 'cloudfunctions.googleapis.com',
    resourceType: 'cloud_function',
    labels: '"function_name":"<word>","region":"<region>",' + projectLabel,
    resourceName: 'projects/<project>/locations/<region>/functions/<word>',
    methods: [
      {
        name: 'google.cloud.functions.v1.CloudFunctionsService.UpdateFunction',
        permission: 'cloudfunctions.functions.update',
        type: write,
        long: true,
        weight: 2,
        body: `"request":{${typed('google.cloud.functions.v1.UpdateFunctionRequest')},"function":{"availableMemoryMb":256,"entryPoint":"handler","httpsTrigger":{},"name":"projects/<project>/locations/<region>/functions/<word>","runtime":"nodejs24","timeout":"60s","versionId":"<small>"}}`,
      },
      {
        name: 'google.cloud.functions.v1.CloudFunctionsService.CallFunction',
        permission: 'cloudfunctions.functions.call',
        type: 'DATA_WRITE',
      },
    ],
  },
  {
    service: 'logging.googleapis.com',
    resourceType: 'logging_sink',
    labels: '"destination":"","name":"<word>",' + projectLabel,
    resourceName: 'projects/<project>/sinks/<word>',
    methods: [
      {
        name: 'google.logging.v2.ConfigServiceV2.UpdateSink',
        permission: 'logging.sinks.update',
        type: write,
        body: `"request":{${typed('google.logging.v2.UpdateSinkRequest')},"sink":{"destination":"pubsub.googleapis.com/projects/<project>/topics/<word>","filter":"severity >= \\"NOTICE\\"","name":"<word>"},"sinkName":"projects/<project>/sinks/<word>","uniqueWriterIdentity":true}`,
      },
      {
        name: 'google.logging.v2.LoggingServiceV2.ListLogEntries',
        permission: 'logging.logEntries.list',
        type: 'DATA_READ',
        weight: 3,
        body: `"request":{${typed('google.logging.v2.ListLogEntriesRequest')},"filter":"resource.type=\\"gce_instance\\" AND timestamp >= \\"2026-01-01T00:00:00Z\\"","orderBy":"timestamp desc","pageSize":1000,"resourceNames":["projects/<project>"]}`,
      },
    ],
  },
  {
    service: 'login.googleapis.com',
    log: 'data_access',
    scope: 'organizations',
    callers: 'person',
    resourceType: 'audited_resource',
    labels: '"method":"google.login.LoginService","service":"login.googleapis.com"',
    resourceName: 'organizations/<organization>',
    methods: [
      {
        name: 'google.login.LoginService.loginSuccess',
        weight: 5,
        body: login('login_success', 'google_password'),
      },
      {
        name: 'google.login.LoginService.loginFailure',
        weight: 2,
        body: login('login_failure', 'google_password'),
      },
      { name: 'google.login.LoginService.logout', weight: 2, body: login('logout', 'unknown') },
    ],
  },
  {
    service: 'admin.googleapis.com',
    scope: 'organizations',
    callers: 'person',
    log: 'activity',
    resourceType: 'audited_resource',
    labels: '"method":"google.admin.AdminService","service":"admin.googleapis.com"',
    resourceName: 'organizations/<organization>/groupSettings',
    methods: [
      {
        name: 'google.admin.AdminService.addGroupMember',
        weight: 2,
        body: login('ADD_GROUP_MEMBER', 'group'),
      },
      { name: 'google.admin.AdminService.changePassword', body: login('CHANGE_PASSWORD', 'user') },
    ],
  },
  {
    service: 'storage.googleapis.com',
    log: 'policy',
    resourceType: 'audited_resource',
    labels: '"method":"google.storage.objects.get","service":"storage.googleapis.com",' + projectLabel,
    resourceName: '<number>',
    methods: [{ name: 'google.storage.objects.get', weight: 2, body: vpcDenied }],
  },
];
