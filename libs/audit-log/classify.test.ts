import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { methodRules } from './classification-rules.js';
import { actionCategories, classify, wordsOf } from './classify.js';

const samples = '../shared/samples/gcp-audit';
const withSamples = existsSync(samples) ? it : it.skip;
const ofMethod = (methodName: unknown, more: object = {}) =>
  classify({ protoPayload: { methodName, ...more } });

describe('classify', () => {
  it.each([
    // One line for each rule, and for what the rule must not take.
    ['google.login.LoginService.loginFailure', 'login', 'login-session'],
    ['google.login.LoginService.logout', 'login', 'login-session'],
    ['google.login.LoginService.2svDisable', 'credential', 'login-factor-change'],
    ['google.login.LoginService.passwordEdit', 'credential', 'login-factor-change'],
    ['google.login.LoginService.accountDisabledHijacked', 'modify', 'login-account-change'],
    ['google.identity.sts.v1.SecurityTokenService.ExchangeToken', 'login', 'token-exchange'],
    ['AuthorizeUser', 'login', 'token-exchange'],
    ['google.identity.oauth2.Authorize', 'permission-change', 'oauth-grant'],
    ['google.identity.oauth2.GetToken', 'credential', 'credential-use'],
    ['google.iam.credentials.v1.IAMCredentials.GenerateAccessToken', 'credential', 'credential-use'],
    ['SignBlob', 'credential', 'credential-use'],
    ['google.iam.admin.v1.UploadServiceAccountKey', 'credential', 'credential-key'],
    ['google.api.apikeys.v2.ApiKeys.DeleteKey', 'credential', 'credential-key'],
    ['storage.hmacKeys.create', 'credential', 'credential-key'],
    ['cloudsql.sslCerts.create', 'credential', 'credential-key'],
    ['io.k8s.core.v1.serviceaccounts.token.create', 'credential', 'credential-key'],
    ['google.cloud.kms.v1.KeyManagementService.CreateCryptoKey', 'create', 'verb-create'],
    ['google.admin.AdminService.changePassword', 'credential', 'credential-password'],
    ['google.cloud.run.v1.Services.SetIamPolicy', 'permission-change', 'permission-policy'],
    ['storage.setIamPermissions', 'permission-change', 'permission-policy'],
    ['google.iam.v1.IAMPolicy.GetIamPolicy', 'access', 'verb-access'],
    ['google.iam.v1.IAMPolicy.TestIamPermissions', 'access', 'policy-simulation'],
    ['google.iam.admin.v1.UndeleteRole', 'permission-change', 'permission-role'],
    ['google.admin.AdminService.assignRole', 'permission-change', 'permission-role'],
    ['google.iam.admin.v1.ListRoles', 'access', 'verb-access'],
    ['google.admin.AdminService.removeGroupMember', 'permission-change', 'permission-group'],
    [
      'google.apps.cloudidentity.groups.v1.MembershipsService.CreateMembership',
      'permission-change',
      'permission-group',
    ],
    ['google.cloud.orgpolicy.v2.OrgPolicy.CreatePolicy', 'permission-change', 'permission-policy-service'],
    [
      'google.identity.accesscontextmanager.v1.AccessContextManager.UpdateServicePerimeter',
      'permission-change',
      'permission-policy-service',
    ],
    ['storage.bucketAccessControls.insert', 'permission-change', 'permission-acl'],
    ['google.admin.AdminService.authorizeApiClientAccess', 'permission-change', 'permission-delegation'],
    ['io.k8s.readyz', 'access', 'kubernetes-probe'],
    ['io.k8s.metrics.get', 'access', 'kubernetes-probe'],
    ['io.k8s.custom.metrics.v1.adapters.delete', 'delete', 'verb-delete'],
    ['io.k8s.authorization.v1.subjectaccessreviews.create', 'access', 'kubernetes-review'],
    ['io.k8s.core.v1.pods.exec.create', 'access', 'kubernetes-shell'],
    ['io.k8s.authorization.rbac.v1.clusterrolebindings.create', 'permission-change', 'kubernetes-rbac'],
    ['io.k8s.authorization.rbac.v1.clusterroles.list', 'access', 'verb-access'],
    ['io.k8s.core.v1.pods.deletecollection', 'delete', 'verb-delete'],
    ['io.cert-manager.v1.certificates.watch', 'access', 'verb-access'],
    ['google.cloud.aiplatform.v1.PredictionService.StreamGenerateContent', 'access', 'model-inference'],
    ['google.cloud.asset.v1.AssetService.AnalyzeIamPolicy', 'access', 'policy-simulation'],
    ['v1.compute.instances.insert', 'create', 'verb-create'],
    ['beta.compute.instances.setMetadata', 'modify', 'verb-modify'],
    ['google.api.serviceusage.v1.ServiceUsage.BatchEnableServices', 'modify', 'verb-modify'],
    ['google.spanner.v1.Spanner.BatchCreateSessions', 'create', 'verb-create'],
    ['google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion', 'access', 'verb-access'],
    ['google.longrunning.Operations.CancelOperation', 'delete', 'verb-delete'],
    ['v1/projects/p/jobs:cancel', 'delete', 'verb-delete'],
    ['compute.instances.preempted', 'modify', 'verb-modify'],
    ['compute.instances.automaticRestart', 'modify', 'verb-modify'],
    ['google.admin.AdminService.inboundSsoProfileDeleted', 'delete', 'verb-delete'],
    ['DELETE_USER', 'delete', 'verb-delete'],
    ['google.cloud.bigquery.v2.JobService.InsertJob', 'access', 'bigquery-job'],
    ['google.identity.sts.v1.SecurityTokenService.WebSignIn', 'login', 'token-exchange'],
    ['google.cloud.identitytoolkit.v2.AuthenticationService.FinalizeMfaSignIn', 'login', 'token-exchange'],
    ['google.cloud.oslogin.dataplane.OsLoginDataPlaneService.ContinueSession', 'login', 'token-exchange'],
    ['google.admin.AdminService.resetSigninCookies', 'modify', 'verb-modify'],
    ['google.cloud.identitytoolkit.v1.AuthenticationService.SignUp', 'create', 'account-sign-up'],
    ['google.cloud.redis.v1.CloudRedis.GetInstanceAuthString', 'credential', 'credential-use'],
    ['google.devtools.cloudbuild.v2.RepositoryManager.FetchReadWriteToken', 'credential', 'credential-use'],
    ['google.cloud.gkemulticloud.v1.AwsClusters.GenerateAwsAccessToken', 'credential', 'credential-use'],
    ['google.cloud.vmwareengine.v1.VmwareEngine.ShowNsxCredentials', 'credential', 'credential-use'],
    ['google.iam.admin.v1.ListServiceAccountKeys', 'access', 'verb-access'],
    ['io.cnrm.cloud.google.iam.v1beta1.iamserviceaccountkeys.watch', 'access', 'verb-access'],
    ['google.iam.admin.v1.OauthClients.ListOauthClientCredentials', 'access', 'verb-access'],
    ['google.iam.admin.v1.OauthClients.CreateOauthClientCredential', 'credential', 'credential-key'],
    ['google.cloud.oslogin.v1.OsLoginService.GetSshPublicKey', 'access', 'verb-access'],
    ['google.cloud.oslogin.v1.OsLoginService.ImportSshPublicKey', 'credential', 'credential-key'],
    [
      'google.iam.v1.WorkloadIdentityPools.CreateWorkloadIdentityPoolProviderKey',
      'credential',
      'credential-key',
    ],
    ['google.api.apikeys.v1.ApiKeys.RegenerateApiKey', 'credential', 'credential-key'],
    ['v1.compute.backendServices.addSignedUrlKey', 'credential', 'credential-key'],
    [
      'google.cloud.iap.v1.IdentityAwareProxyOAuthService.ResetIdentityAwareProxyClientSecret',
      'credential',
      'credential-key',
    ],
    ['google.admin.AdminService.generate2svScratchCodes', 'credential', 'credential-password'],
    ['google.admin.AdminService.unenrollUserFromStrongAuth', 'credential', 'credential-password'],
    ['google.admin.AdminService.deleteAllApplicationSpecificPasswords', 'credential', 'credential-password'],
    ['REVOKE_3LO_TOKEN', 'credential', 'credential-password'],
    [
      'google.cloud.bigquery.v2.RowAccessPolicyService.CreateRowAccessPolicy',
      'permission-change',
      'permission-policy',
    ],
    ['google.cloud.bigquery.v2.RowAccessPolicyService.ListRowAccessPolicies', 'access', 'verb-access'],
    [
      'google.cloud.vmwareengine.v1.VmwareEngine.GrantDnsBindPermission',
      'permission-change',
      'permission-role',
    ],
    [
      'google.cloud.bigquery.datapolicies.v2.DataPolicyService.AddGrantees',
      'permission-change',
      'permission-policy',
    ],
    ['google.admin.AdminService.changeAdminRole', 'permission-change', 'permission-role'],
    ['google.cloud.apigee.v1.DeveloperAppKeys.CreateDeveloperAppKey', 'credential', 'credential-key'],
    [
      'google.admin.AdminService.changeAllowedTwoStepVerificationMethods',
      'credential',
      'credential-password',
    ],
    ['ADD_GROUP_MEMBER', 'permission-change', 'permission-group'],
    ['google.cloud.gkehub.v1.GkeHub.CreateMembership', 'create', 'verb-create'],
    ['io.cnrm.cloud.google.gkehub.v1beta1.gkehubmemberships.delete', 'delete', 'verb-delete'],
    ['io.gke.hub.v1.memberships.update', 'modify', 'verb-modify'],
    ['AccessContextManager.CreateAccessLevel', 'permission-change', 'permission-policy-service'],
    ['google.iam.v2.Policies.CreatePolicy', 'permission-change', 'permission-policy-service'],
    [
      'google.iam.v3.PrincipalAccessBoundaryPolicies.CreatePrincipalAccessBoundaryPolicy',
      'permission-change',
      'permission-policy-service',
    ],
    [
      'google.cloud.accessapproval.v1.AccessApproval.ApproveApprovalRequest',
      'permission-change',
      'permission-policy-service',
    ],
    ['dns.policies.create', 'create', 'verb-create'],
    ['google.admin.AdminService.removeFromTrustedOauth2Apps', 'permission-change', 'permission-delegation'],
    ['UNBLOCK_ALL_THIRD_PARTY_API_ACCESS', 'permission-change', 'permission-delegation'],
    ['google.admin.AdminService.addToBlockedOauth2Apps', 'permission-change', 'permission-delegation'],
    ['google.admin.AdminService.addTrustedDomains', 'permission-change', 'permission-delegation'],
    [
      'google.admin.AdminService.disallowServiceForOauth2Access',
      'permission-change',
      'permission-delegation',
    ],
    [
      'google.cloud.privilegedaccessmanager.v1.PrivilegedAccessManager.WithdrawGrant',
      'permission-change',
      'permission-policy-service',
    ],
    [
      'google.cloud.iap.v1.IdentityAwareProxyOAuthService.CreateIdentityAwareProxyClient',
      'credential',
      'credential-key',
    ],
    ['google.cloud.shell.v1.CloudShellService.AddPublicKey', 'credential', 'credential-key'],
    ['google.container.v1.ClusterManager.SetMasterAuth', 'credential', 'credential-password'],
    ['google.admin.AdminService.deletePasskey', 'credential', 'credential-password'],
    ['google.admin.AdminService.unenrollUserFromTitanium', 'credential', 'credential-password'],
    ['google.admin.AdminService.revokeDeviceTokens', 'credential', 'credential-password'],
    [
      'google.cloud.identitytoolkit.v2.AccountManagementService.WithdrawMfa',
      'credential',
      'credential-password',
    ],
    ['google.cloud.identitytoolkit.v1.AccountManagementService.GetOobCode', 'credential', 'credential-use'],
    ['google.cloud.oslogin.v1.OsLoginService.CheckPolicy', 'login', 'machine-login'],
    [
      'google.cloud.binaryauthorization.v1.BinauthzManagementService.CheckPolicy',
      'access',
      'policy-simulation',
    ],
    ['google.spanner.v1.Spanner.BeginTransaction', 'access', 'data-query'],
    ['google.cloud.kms.v1.KeyManagementService.RestoreCryptoKeyVersion', 'modify', 'version-restore'],
    ['io.k8s.core.v1.pods.eviction.create', 'delete', 'kubernetes-eviction'],
    ['google.cloud.aiplatform.v1.JobService.DeleteBatchPredictionJob', 'delete', 'verb-delete'],
    ['google.cloud.aiplatform.v1.PredictionService.StreamDirectRawPredict', 'access', 'model-inference'],
    ['io.kserve.serving.v1beta1.inferenceservices.create', 'create', 'verb-create'],
    ['google.cloud.vision.v1.ImageAnnotator.AsyncBatchAnnotateFiles', 'access', 'model-inference'],
    ['v1.compute.instances.simulateMaintenanceEvent', 'modify', 'verb-modify'],
    ['google.spanner.v1.Spanner.ExecuteStreamingSql', 'access', 'data-query'],
    ['google.cloud.bigquery.storage.v1.BigQueryRead.CreateReadSession', 'access', 'data-query'],
    ['google.bigtable.v2.Bigtable.ReadModifyWriteRow', 'modify', 'data-read-and-write'],
    ['google.cloud.functions.v1.CloudFunctionsService.GenerateDownloadUrl', 'access', 'generated-answer'],
    ['google.cloud.deploy.v1.CloudDeploy.IgnoreJob', 'modify', 'verb-modify'],
    ['google.cloud.iot.v1.DeviceManager.SendCommandToDevice', 'modify', 'verb-modify'],
    ['google.cloud.healthcare.v1.dicom.DicomService.StoreInstances', 'create', 'verb-create'],
  ])('takes %s for %s', (method, category, ruleId) => {
    expect(ofMethod(method)).toMatchObject({ category, ruleId });
  });

  it('has a rule for each example, and it is the first that matches', () => {
    for (const { id, category, example } of methodRules)
      expect(ofMethod(example)).toMatchObject({ category, ruleId: id });
  });

  it.each([
    [{ type: 'QUERY', queryConfig: { statementType: 'SELECT' } }, 'access'],
    [{ type: 'QUERY', queryConfig: { statementType: 'CREATE_TABLE_AS_SELECT' } }, 'create'],
    [{ type: 'QUERY', queryConfig: { statementType: 'DROP_TABLE' } }, 'delete'],
    [{ type: 'QUERY', queryConfig: { statementType: 'MERGE' } }, 'modify'],
    [{ type: 'IMPORT' }, 'modify'],
    [{ type: 'EXPORT' }, 'access'],
  ])('reads what a BigQuery job does: %j', (jobConfig, category) => {
    const metadata = { jobChange: { job: { jobConfig } } };
    expect(ofMethod('google.cloud.bigquery.v2.JobService.InsertJob', { metadata }).category).toBe(category);
  });

  it.each([
    ['CREATE_ROW_ACCESS_POLICY', 'permission-change'],
    ['DROP_ROW_ACCESS_POLICY', 'permission-change'],
    ['DROP_ALL_ROW_ACCESS_POLICIES', 'permission-change'],
    ['CREATE_TABLE', 'create'],
  ])('reads what %s does, in each place where a job is told of', (statementType, category) => {
    const jobConfiguration = { query: { statementType } };
    const [job, resource] = [{ jobConfiguration }, { jobConfiguration }];
    const config = { type: 'QUERY', queryConfig: { statementType } };
    for (const more of [
      { metadata: { jobInsertion: { job: { jobConfig: config } } } },
      { serviceData: { jobInsertRequest: { resource } } },
      {
        serviceData: {
          jobInsertRequest: { resource: { jobConfiguration: { query: {} } } },
          jobInsertResponse: { resource },
        },
      },
      { serviceData: { jobQueryRequest: { query: 'x' }, jobQueryResponse: { job } } },
      { serviceData: { jobGetQueryResultsResponse: { job } } },
      { serviceData: { jobCompletedEvent: { job } } },
    ])
      expect(ofMethod('jobservice.insert', more).category).toBe(category);
  });

  it.each([
    [{ jobInsertResponse: { resource: { jobConfiguration: { load: {} } } } }, 'modify'],
    [{ jobInsertResponse: { resource: { jobConfiguration: { extract: {} } } } }, 'access'],
    [{ jobQueryRequest: { query: ' drop all row  access\npolicies on t' } }, 'permission-change'],
    [{ jobQueryRequest: { query: 'create or replace table row_access_policies (a int)' } }, 'create'],
    [{ jobQueryRequest: { query: 'select * from row_access_policies' } }, 'access'],
    [{ jobQueryRequest: { query: 'insert t values (1)' } }, 'modify'],
    [{ jobQueryRequest: 'x', a: { job: [] } }, 'access'],
  ])('reads what a job of the old form does: %j', (serviceData, category) => {
    expect(ofMethod('jobservice.query', { serviceData }).category).toBe(category);
  });

  it.each([
    [{ authorizationInfo: [{ permissionType: 'DATA_READ' }] }, 'access', 'permission-type'],
    [{ authorizationInfo: [{}, { permission: 'run.services.update' }] }, 'modify', 'permission-modify'],
  ])('goes by the permission where the method says nothing: %j', (more, category, ruleId) => {
    expect(ofMethod('Frobnicate', more)).toMatchObject({ category, ruleId });
  });

  it.each([
    ['system_event', 'modify'],
    ['data_access', 'access'],
    ['policy', 'access'],
    ['something', 'unknown'],
  ])('goes by the %s log at last', (log, category) => {
    const logName = `projects/p/logs/cloudaudit.googleapis.com%2F${log}`;
    expect(classify({ logName, protoPayload: {} }).category).toBe(category);
  });

  it.each([
    [{ auditClass: 'READ', command: 'SELECT' }, 'access'],
    [{ auditClass: 'WRITE', command: 'INSERT' }, 'modify'],
    [{ auditClass: 'DDL', command: 'DROP TABLE' }, 'delete'],
    [{ auditClass: 'ROLE', command: 'CREATE ROLE' }, 'permission-change'],
    [{ auditClass: 'MISC', command: 'SET' }, 'access'],
    [{ cmd: 'delete' }, 'delete'],
  ])('reads what a statement of Cloud SQL does: %j', (request, category) => {
    expect(ofMethod('cloudsql.instances.query', { request })).toMatchObject({
      category,
      ruleId: 'database-statement',
    });
  });

  it('takes a statement for a change when it asks to write', () => {
    const method = 'google.spanner.v1.Spanner.ExecuteSql';
    const asking = (permissionType: string) => ({ authorizationInfo: [{ permissionType, granted: true }] });
    expect(ofMethod(method, asking('DATA_WRITE')).category).toBe('modify');
    expect(ofMethod(method, asking('DATA_READ')).category).toBe('access');
  });

  it('takes an update that gives a role for a change of permissions, and a creation for one', () => {
    const bindingDeltas = [{ action: 'ADD', role: 'r', member: 'allUsers' }];
    const inMetadata = { metadata: { datasetChange: { bindingDeltas } } };
    const inServiceData = { serviceData: { policyDelta: { bindingDeltas } } };
    expect(ofMethod('google.cloud.bigquery.v2.DatasetService.UpdateDataset', inMetadata)).toEqual({
      category: 'permission-change',
      effect: 'modify',
      ruleId: 'policy-delta',
    });
    expect(ofMethod('storage.buckets.update', inServiceData).category).toBe('permission-change');
    expect(ofMethod('storage.buckets.create', inServiceData).category).toBe('create');
    expect(ofMethod('storage.buckets.update', { serviceData: { policyDelta: {} } }).category).toBe('modify');
  });

  it('never takes a change of permissions for a mere read', () => {
    expect(ofMethod('google.admin.AdminService.authorizeApiClientAccess').effect).toBe('modify');
    expect(ofMethod('google.admin.AdminService.removeApiClientAccess').effect).toBe('delete');
  });

  it('reads what staff of Google did', () => {
    const accesses = [{ methodName: 'GoogleInternal.Read', resourceName: '//storage/b' }];
    const jsonPayload = { '@type': 'type.googleapis.com/google.cloud.audit.TransparencyLog', accesses };
    expect(classify({ jsonPayload })).toMatchObject({ category: 'access', ruleId: 'verb-access' });
    const logName = 'projects/p/logs/cloudaudit.googleapis.com%2Faccess_transparency';
    expect(classify({ logName, jsonPayload: { ...jsonPayload, accesses: [] } }).ruleId).toBe(
      'log-access_transparency',
    );
  });

  it('does not take what is no audit log for an action', () => {
    expect(classify({ logName: 'projects/p/logs/stdout', textPayload: 'deleted' })).toMatchObject({
      category: 'unknown',
      effect: 'unknown',
    });
  });

  it.each([
    ['google.iam.admin.v1.CreateRole', 'create'],
    ['google.iam.admin.v1.DeleteServiceAccountKey', 'delete'],
    ['SetIamPolicy', 'modify'],
    ['google.login.LoginService.loginSuccess', 'other'],
  ])('tells what %s does to its resource', (method, effect) => {
    expect(ofMethod(method).effect).toBe(effect);
  });

  it('does not take a service for a verb', () => {
    expect(ofMethod('google.cloud.deploy.v1.CloudDeploy.Frobnicate').ruleId).toBe('none');
    expect(ofMethod('v1.projects.move.all').ruleId).toBe('verb-modify');
  });

  it('goes by the permission where the name is longer than any, which rules would take seconds over', () => {
    const authorizationInfo = [{ permission: 'a.b.get' }];
    for (const word of ['add', 'reset', 'createRole.', 'memberships'])
      expect(ofMethod(word.repeat(100_000), { authorizationInfo }).ruleId).toBe('permission-access');
  });

  it('never throws, and always knows one of the categories', () => {
    const anything = fc.oneof(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(anything, anything, anything, (logName, methodName, authorizationInfo) => {
        const { category } = classify({ logName, protoPayload: { methodName, authorizationInfo } });
        expect(actionCategories).toContain(category);
      }),
    );
  });

  withSamples('knows all but one in fifty of the real entries', () => {
    const categories = readdirSync(samples)
      .filter((name) => name.endsWith('.ndjson') && !name.includes('.fragments.'))
      .flatMap((name) => readFileSync(`${samples}/${name}`, 'utf8').split('\n').filter(Boolean))
      .map((line) => classify(JSON.parse(line) as Record<string, unknown>).category);
    expect(categories.length).toBeGreaterThan(250);
    expect(categories.filter((category) => category === 'unknown').length).toBeLessThan(
      categories.length / 50,
    );
  });
});

describe('wordsOf', () => {
  it.each([
    ['CreateServiceAccount', ['create', 'service', 'account']],
    ['setIAMPolicy', ['set', 'iam', 'policy']],
    ['CHANGE_PASSWORD', ['change', 'password']],
    ['', []],
  ])('of %j are %j', (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });
});
