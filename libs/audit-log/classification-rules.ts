/** What an action is to a detection engine. */
export const actionCategories = [
  'create',
  'modify',
  'delete',
  'access',
  'login',
  'permission-change',
  'credential',
  'unknown',
] as const;
export type ActionCategory = (typeof actionCategories)[number];

/** Changes with every change of a rule, so that a replay can tell which rules an event was judged by. */
export const ruleSetVersion = '4';

/** A rule that looks at the method's whole name. The first that matches wins. */
export type MethodRule = { id: string; category: ActionCategory; method: RegExp; example: string };

/** The method's own word, after a service, a `/` or a verb's `:`, and before whatever qualifies it. */
const named = (words: string) => new RegExp(`(?:^|[./:])(?:${words})(?:$|[.:])`, 'i');

export const methodRules: readonly MethodRule[] = [
  // Who someone is, and how they prove it.
  {
    id: 'login-factor-change',
    category: 'credential',
    method: /\.LoginService\.(?:2sv|password|recovery|titanium|passkey|backupCode)/i,
    example: 'google.login.LoginService.2svDisable',
  },
  {
    id: 'login-account-change',
    category: 'modify',
    method: /\.LoginService\.(?:account|emailForwarding)/i,
    example: 'google.login.LoginService.accountDisabledHijacked',
  },
  {
    id: 'login-session',
    category: 'login',
    method: /\.LoginService\./i,
    example: 'google.login.LoginService.loginSuccess',
  },
  {
    id: 'token-exchange',
    category: 'login',
    method: named(
      'exchange\\w*Token|(?:startMfa|finalizeMfa|web)?signIn(?:With\\w+)?|authorizeUser|(?:start|continue)Session',
    ),
    example: 'google.identity.sts.v1.SecurityTokenService.ExchangeToken',
  },
  {
    // Whoever logs in to a machine is checked by it.
    id: 'machine-login',
    category: 'login',
    method: /OsLoginService\.(?:CheckPolicy|(?:start|continue)Session)$/i,
    example: 'google.cloud.oslogin.v1.OsLoginService.CheckPolicy',
  },
  {
    id: 'account-sign-up',
    category: 'create',
    method: named('signUp'),
    example: 'google.cloud.identitytoolkit.v1.AuthenticationService.SignUp',
  },
  {
    id: 'oauth-grant',
    category: 'permission-change',
    method: /\.oauth2\.(?:authorize|deny|revoke\w*|grant|request)$/i,
    example: 'google.identity.oauth2.Authorize',
  },
  {
    id: 'credential-use',
    category: 'credential',
    method: named(
      'generate\\w*(?:Token|Credentials?|ClientCertificate)|(?:fetch|get|retrieve|show)\\w*(?:(?:Access|Id|Read|Write)Token|Credentials|KeyString|AuthString|SecretKey|AuthorizationCode)|sign(?:Jwt|Blob)|oauth2\\.getToken|generateEphemeral\\w*|getOobCode|createSessionCookie|SecureToken\\.grantToken',
    ),
    example: 'GenerateAccessToken',
  },
  {
    id: 'credential-key',
    category: 'credential',
    method:
      /(?:(?:^|[./:])(?!(?:batch)?(?:get|list|search))\w*(?:serviceAccount|api|app|provider|signedUrl|sshPublic)Key$|(?:^|\.)(?:create|delete|undelete|update|import|rotate)Key$|\.(?:add|remove)PublicKey$|(?:create|delete)IdentityAwareProxyClient$|(?:serviceAccount|hmac|sshPublic)Keys?\.(?:create|insert|update|patch|delete)|sslCerts\.(?:create|insert|delete)|(?:create|update|delete)OauthClient\w*Credential|reset\w*(?:ClientSecret|Credentials|AuthorizationCode)$|serviceaccounts\.token\.create|certificatesigningrequests\.approval)/i,
    example: 'google.iam.admin.v1.CreateServiceAccountKey',
  },
  {
    id: 'credential-password',
    category: 'credential',
    method:
      /(?:reset|change|set|edit|update)_?\w*password|password_?(?:change|edit|reset)|specific_?password|(?:2|two)_?step|2sv(?!c)|strong_?auth|security_?key|recovery_?(?:email|phone)|revoke_?(?:3lo|asp$|deviceTokens)|passkey|titanium|mfa_?enrollment|withdraw_?mfa|setMasterAuth/i,
    example: 'google.admin.AdminService.changePassword',
  },
  // Who may do what.
  {
    id: 'permission-policy',
    category: 'permission-change',
    method:
      /(?:^|[./:_])(?:set|update|replace|add|clear)_?(?:\w*Iam(?:Policy|Permissions)|OrgPolicy|AclConfig|Acl|LegacyAbac)|(?:RowAccess|Data)PolicyService\.(?:\w*create|update|\w*delete|add|remove)/i,
    example: 'storage.setIamPermissions',
  },
  {
    id: 'permission-role',
    category: 'permission-change',
    method:
      /(?:^|[./:])(?:(?:create|update|patch|delete|undelete|assign|unassign|grant|revoke|add|remove|rename|change)_?\w*Roles?(?:Bindings?|Assignments?|Permissions?)?|(?:grant|revoke)\w*(?:Privilege|Permission)s?|(?:add|remove)_?Privilege\w*|make_?\w*Admin|(?:grant|revoke|toggle)_?\w*Admin\w*|(?:add|remove|create|delete|update)(?:Policy)?Bindings?)$/i,
    example: 'google.iam.admin.v1.CreateRole',
  },
  {
    id: 'permission-group',
    category: 'permission-change',
    method:
      /^(?!.*gke\.?hub).*(?:(?:add|remove|update|change|modify|approve|invite)_?\w*Group_?Member|(?:create|delete|update|modify)\w*Membership|memberships\.(?:create|insert|delete|update|patch|modify)|ProjectOwnershipInvite)/i,
    example: 'google.admin.AdminService.addGroupMember',
  },
  {
    id: 'permission-policy-service',
    category: 'permission-change',
    method:
      /(?:(?:^|\.)(?:OrgPolicy|AccessContextManager|PrivilegedAccessManager|AccessApproval)|\.iam\.v\w+\.\w*Polic(?:ies|yBindings))\.(?:create|update|patch|delete|replace|commit|set|clear|approve|deny|dismiss|invalidate|revoke|withdraw)|accessPolicies\.[\w.]*(?:create|patch|delete|replaceAll|commit)$/i,
    example: 'google.identity.accesscontextmanager.v1.AccessContextManager.UpdateServicePerimeter',
  },
  {
    id: 'permission-acl',
    category: 'permission-change',
    method: /AccessControls?\.(?:insert|create|update|patch|delete)$/i,
    example: 'storage.bucketAccessControls.insert',
  },
  {
    id: 'permission-delegation',
    category: 'permission-change',
    method:
      /(?:authorize|remove|add|revoke)_?Api_?Client|(?:add_?to|remove_?from)_?(?:trusted|blocked|limited)|(?:add|remove)_?trusted_?domains?|trust\w*oauth2_?apps|allow_?service_?for_?oauth2|block\w*api_?access|domainWideDelegation/i,
    example: 'google.admin.AdminService.authorizeApiClientAccess',
  },
  // Kubernetes, whose verb is the last word.
  {
    id: 'kubernetes-probe',
    category: 'access',
    method: /^io\.k8s\.(?:[\w.]*\.)?(?:(?:readyz|healthz|livez)\b|(?:version|metrics)(?:\.get)?$)/,
    example: 'io.k8s.readyz',
  },
  {
    id: 'kubernetes-review',
    category: 'access',
    method: /^io\.k8s\.[\w.]*(?:reviews|eviews?)\.create$/,
    example: 'io.k8s.authorization.v1.subjectaccessreviews.create',
  },
  {
    id: 'kubernetes-shell',
    category: 'access',
    method: /^io\.k8s\.[\w.]*\.(?:exec|attach|portforward|proxy)(?:\.\w+)?$/,
    example: 'io.k8s.core.v1.pods.exec.create',
  },
  {
    id: 'kubernetes-rbac',
    category: 'permission-change',
    method: /^io\.k8s\.(?:authorization\.)?rbac\.[\w.]*\.(?:create|update|patch|delete|deletecollection)$/,
    example: 'io.k8s.authorization.rbac.v1.clusterrolebindings.create',
  },
  {
    id: 'kubernetes-eviction',
    category: 'delete',
    method: /^io\.k8s\.[\w.]*\.eviction\.create$/,
    example: 'io.k8s.core.v1.pods.eviction.create',
  },
  // Names whose verb misleads.
  {
    id: 'model-inference',
    category: 'access',
    method: named(
      '(?:stream|server\\w*)?generate(?:Content|Text|Message|Answer)|(?:batch|direct|raw|server|stream(?:ing)?)*(?:predict(?:LongRunning)?|infer)|(?:batch)?embed(?:Content|Text)s?|(?:async)?(?:batch)?(?:annotate(?:Files?|Images?|Text|Video)|processDocuments?)|countTokens|explain|(?:server\\w*|streaming)?detectIntent',
    ),
    example: 'google.cloud.aiplatform.v1.PredictionService.GenerateContent',
  },
  {
    id: 'policy-simulation',
    category: 'access',
    method:
      /(?:^|[./:])(?:testIamPermissions|checkPolicy|(?:analyze|troubleshoot|validate|simulate(?!Maintenance))\w*)$/i,
    example: 'google.iam.v1.IAMPolicy.TestIamPermissions',
  },
  {
    id: 'data-query',
    category: 'access',
    method: named('(?:run|execute)\\w*(?:Query|Sql)|beginTransaction|createReadSession|(?:git)?uploadPack'),
    example: 'google.firestore.v1.Firestore.RunQuery',
  },
  {
    id: 'data-read-and-write',
    category: 'modify',
    method: named('checkAndMutate\\w*|readModifyWrite\\w*|(?:git)?receivePack'),
    example: 'google.bigtable.v2.Bigtable.CheckAndMutateRow',
  },
  {
    id: 'version-restore',
    category: 'modify',
    method: named('restore\\w*Version'),
    example: 'google.cloud.kms.v1.KeyManagementService.RestoreCryptoKeyVersion',
  },
  {
    id: 'generated-answer',
    category: 'access',
    method: named('generate\\w*(?:Bytes|Manifest|Script|Url)'),
    example: 'google.cloud.functions.v1.CloudFunctionsService.GenerateDownloadUrl',
  },
];

const words = (list: string) => list.split(/\s+/);

/** Rules that look at the first verb of the method's name, or else of the permission that was asked for. */
export const verbs: Readonly<Record<'create' | 'modify' | 'delete' | 'access' | 'login', readonly string[]>> =
  {
    create: words(
      'create insert add upload import clone copy compose restore generate register provision deploy submit launch build allocate issue instantiate duplicate put write append ingest record post begin invite subscribe reserve install store train make',
    ),
    modify: words(
      'update patch set modify replace move resize start stop reset enable disable activate deactivate attach detach rotate undelete edit recreate change switch migrate promote demote failover restart reboot suspend resume pause unpause lock unlock upgrade downgrade rollback rollout roll apply configure reconfigure assign unassign link unlink merge rename rewrite renew refresh scale transfer associate disassociate approve reject accept deny complete commit abandon repair recover rebalance redeploy reimage bind unbind mount unmount tag untag label annotate archive unarchive publish acknowledge ack seek drain cordon trigger run execute invoke call schedule reschedule toggle hold release mark finish finalize flush exchange request relocate verify save sync optimize compact vacuum truncate preempt terminate shutdown perform process revert override reinstate upsert adjust limit allow disallow authorize unauthorize block unblock ban enforce enroll unenroll simulate push send receive regenerate dismiss invalidate ignore mutate transition advance retry initialize join leave customize convert split',
    ),
    delete: words(
      'delete remove destroy purge cancel expire drop deletecollection erase wipe revoke unregister deregister clear abort uninstall undeploy discard evict unsubscribe deprovision',
    ),
    access: words(
      'get list aggregated aggregate read search query access download export watch lookup predict test encrypt decrypt fetch view find describe check scan count preview inspect browse pull listen wait poll print resolve show select head open connect ssh tail estimate report compute calculate recommend translate detect recognize classify synthesize summarize converse chat retrieve sign asymmetric mac raw evaluate diff compare suggest autocomplete discover observe locate extract dump ping lease partition explore iterate deanonymize reidentify attempt',
    ),
    login: words('login logout logon logoff signin signout authenticate'),
  };

/** Words before the verb that say how, not what. */
export const adverbs: ReadonlySet<string> = new Set(
  words('batch async bulk force streaming stream internal admin safe partial multi'),
);
