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
export const ruleSetVersion = '1';

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
    method: named('exchangeToken|exchangeOauthToken|signIn\\w*|authorizeUser|startSession'),
    example: 'google.identity.sts.v1.SecurityTokenService.ExchangeToken',
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
      'generate(?:Access|Id|Refresh)\\w*Token|sign(?:Jwt|Blob)|get(?:Open)?IdToken|oauth2\\.getToken|generateEphemeral\\w*|getKeyString|getAuthString',
    ),
    example: 'GenerateAccessToken',
  },
  {
    id: 'credential-key',
    category: 'credential',
    method:
      /(?:serviceAccountKey|(?:^|\.)(?:create|delete|undelete|update|import|rotate)Key$|hmacKeys?\.(?:create|insert|update|delete)|sslCerts\.(?:create|insert|delete)|sshPublicKey(?!s?\.list)|oauthClient\w*Credential|serviceaccounts\.token\.create|certificatesigningrequests\.approval)/i,
    example: 'google.iam.admin.v1.CreateServiceAccountKey',
  },
  {
    id: 'credential-password',
    category: 'credential',
    method:
      /(?:reset|change|set|edit|update)_?\w*password|password_?(?:change|edit|reset)|2_?step|(?:^|_)2sv/i,
    example: 'google.admin.AdminService.changePassword',
  },
  // Who may do what.
  {
    id: 'permission-policy',
    category: 'permission-change',
    method:
      /(?:^|[./:_])(?:set|update|replace|add|clear)_?(?:\w*Iam(?:Policy|Permissions)|OrgPolicy|AclConfig|Acl|LegacyAbac)/i,
    example: 'storage.setIamPermissions',
  },
  {
    id: 'permission-role',
    category: 'permission-change',
    method:
      /(?:^|[./:])(?:(?:create|update|patch|delete|undelete|assign|unassign|grant|revoke|add|remove|rename)_?\w*Roles?(?:Bindings?|Assignments?|Permissions?)?|grant\w*Privileges?|revoke\w*Privileges?|(?:add|remove)_?Privilege\w*|make_?\w*Admin|(?:grant|revoke|toggle)_?\w*Admin\w*|(?:add|remove|create|delete|update)(?:Policy)?Bindings?)$/i,
    example: 'google.iam.admin.v1.CreateRole',
  },
  {
    id: 'permission-group',
    category: 'permission-change',
    method:
      /(?:add|remove|update|change|modify|approve|invite)_?\w*GroupMember\w*|(?:create|delete|update|modify)\w*Membership\w*|memberships\.(?:create|insert|delete|update|patch|modify)|ProjectOwnershipInvite/i,
    example: 'google.admin.AdminService.addGroupMember',
  },
  {
    id: 'permission-policy-service',
    category: 'permission-change',
    method:
      /\.(?:OrgPolicy|Policies|PolicyBindings|AccessContextManager|PrivilegedAccessManager)\.(?:create|update|patch|delete|replace|commit|set|clear|approve|deny|revoke)|accessPolicies\.[\w.]*(?:create|patch|delete|replaceAll|commit)$/i,
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
      /(?:authorize|remove|add|revoke)_?ApiClient\w*|(?:add|remove)\w*ToTrusted\w*|domainWideDelegation/i,
    example: 'google.admin.AdminService.authorizeApiClientAccess',
  },
  // Kubernetes, whose verb is the last word.
  {
    id: 'kubernetes-probe',
    category: 'access',
    method: /^io\.k8s\.(?:[\w.]*\.)?(?:readyz|healthz|livez|version|metrics)\b/,
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
  // Names whose verb misleads.
  {
    id: 'model-inference',
    category: 'access',
    method: named(
      '(?:stream|server\\w*)?generate(?:Content|Text|Message|Answer)|\\w*predict\\w*|(?:batch)?embed\\w*|countTokens|explain|infer\\w*|detectIntent',
    ),
    example: 'google.cloud.aiplatform.v1.PredictionService.GenerateContent',
  },
  {
    id: 'policy-simulation',
    category: 'access',
    method:
      /(?:^|[./:])(?:testIamPermissions|checkPolicy|analyze\w*|troubleshoot\w*|validate\w*|simulate\w*)/i,
    example: 'google.iam.v1.IAMPolicy.TestIamPermissions',
  },
];

const words = (list: string) => list.split(/\s+/);

/** Rules that look at the first verb of the method's name, or else of the permission that was asked for. */
export const verbs: Readonly<Record<'create' | 'modify' | 'delete' | 'access' | 'login', readonly string[]>> =
  {
    create: words(
      'create insert add upload import clone copy compose restore generate register provision deploy submit launch build allocate issue instantiate duplicate put write append ingest record send post begin invite subscribe reserve install',
    ),
    modify: words(
      'update patch set modify replace move resize start stop reset enable disable activate deactivate attach detach rotate undelete edit recreate change switch migrate promote demote failover restart reboot suspend resume pause unpause lock unlock upgrade downgrade rollback rollout roll apply configure reconfigure assign unassign link unlink merge rename rewrite renew refresh scale transfer associate disassociate approve reject accept deny complete commit abandon repair recover rebalance redeploy reimage bind unbind mount unmount tag untag label annotate archive unarchive publish acknowledge ack seek drain cordon trigger run execute invoke call schedule reschedule toggle hold release mark finish finalize flush exchange request relocate verify save sync optimize compact vacuum truncate preempt terminate shutdown perform process revert override reinstate upsert adjust limit allow block unblock ban mutate transition advance retry initialize join leave customize convert split',
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
