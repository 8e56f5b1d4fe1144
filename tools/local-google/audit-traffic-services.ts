/** One method's audit entries. Texts in angle brackets are slots of the scene (audit-traffic-scene.ts). */
export type Method = {
  name: string;
  permission?: string;
  type?: 'ADMIN_READ' | 'ADMIN_WRITE' | 'DATA_READ' | 'DATA_WRITE';
  /** Fields of protoPayload that hold this call's free-form structures, as JSON. */
  body?: string;
  weight?: number;
  /** It logs a first and a last entry. */
  long?: boolean;
};

/** What one service's methods have in common. */
export type Service = {
  /** Absent in some system events. */
  service?: string;
  log?: 'activity' | 'data_access' | 'system_event' | 'policy';
  scope?: 'projects' | 'folders' | 'organizations';
  resourceType: string;
  labels: string;
  resourceName: string;
  /** Who calls: anyone, a person at a browser, a Kubernetes identity, or Google itself. */
  callers?: 'person' | 'kubernetes' | 'google';
  methods: readonly Method[];
};

const write = 'ADMIN_WRITE';
const zonal = '"project_id":"<project>","zone":"<zone>"';
const projectLabel = '"project_id":"<project>"';
const typed = (type: string) => `"@type":"type.googleapis.com/${type}"`;
const policyDelta =
  '"serviceData":{' +
  typed('google.iam.v1.logging.AuditData') +
  ',"policyDelta":{"bindingDeltas":[{"action":"ADD","role":"<role>","member":"serviceAccount:<account>"}]}}';
const setPolicy = `"request":{"resource":"<name>","policy":{"bindings":[<bindings>],"etag":"<etag>","version":3},${typed('google.iam.v1.SetIamPolicyRequest')}},"response":{"bindings":[<bindings>],"etag":"<etag>",${typed('google.iam.v1.Policy')}}`;
const computeOperation = `"response":{${typed('operation')},"id":"<number>","name":"operation-<number>-<hex>","operationType":"insert","progress":"0","status":"RUNNING","targetId":"<number>","user":"<account>","zone":"https://www.googleapis.com/compute/v1/projects/<project>/zones/<zone>","selfLink":"https://www.googleapis.com/compute/v1/projects/<project>/zones/<zone>/operations/operation-<number>","insertTime":"2026-01-01T00:00:00.000-08:00","startTime":"2026-01-01T00:00:00.010-08:00"}`;
const disks =
  '"disks":[{"autoDelete":true,"boot":true,"deviceName":"<name>","initializeParams":{"diskSizeGb":"50","diskType":"projects/<project>/zones/<zone>/diskTypes/pd-balanced","sourceImage":"projects/debian-cloud/global/images/family/debian-12"},"mode":"READ_WRITE","type":"PERSISTENT"}],"networkInterfaces":[{"accessConfigs":[{"name":"External NAT","networkTier":"PREMIUM","type":"ONE_TO_ONE_NAT"}],"subnetwork":"projects/<project>/regions/<region>/subnetworks/default"}]';
const storageLocation = '"resourceLocation":{"currentLocations":["<region>"]}';
const pod = `"request":{${typed('core.k8s.io/v1.Pod')},"apiVersion":"v1","kind":"Pod","metadata":{"name":"<name>","namespace":"<namespace>","labels":{"app":"<word>","pod-template-hash":"<hex>"},"annotations":{"kubernetes.io/limit-ranger":"LimitRanger plugin set: cpu request for container <word>"}},"spec":{"containers":[{"name":"<word>","image":"<region>-docker.pkg.dev/<project>/apps/<word>@sha256:<hex><hex>","resources":{"limits":{"cpu":"500m","memory":"512Mi"}},"env":[{"name":"REGION","value":"<region>"}]}],"serviceAccountName":"<word>","restartPolicy":"Always"}}`;

export const services: readonly Service[] = [
  {
    service: 'compute.googleapis.com',
    resourceType: 'gce_instance',
    labels: `"instance_id":"<number>",${zonal}`,
    resourceName: 'projects/<project>/zones/<zone>/instances/<name>',
    methods: [
      {
        name: 'v1.compute.instances.insert',
        permission: 'compute.instances.create',
        type: write,
        long: true,
        weight: 3,
        body: `"request":{${typed('compute.instances.insert')},"name":"<name>","machineType":"projects/<project>/zones/<zone>/machineTypes/e2-standard-4",${disks},"labels":[{"key":"team","value":"<word>"}]},${computeOperation}`,
      },
      {
        name: 'v1.compute.instances.delete',
        permission: 'compute.instances.delete',
        type: write,
        long: true,
        weight: 3,
        body: `"request":{${typed('compute.instances.delete')}},${computeOperation}`,
      },
      {
        name: 'v1.compute.instances.stop',
        permission: 'compute.instances.stop',
        type: write,
        long: true,
        body: `"request":{${typed('compute.instances.stop')}},${computeOperation}`,
      },
      {
        name: 'beta.compute.instances.setMetadata',
        permission: 'compute.instances.setMetadata',
        type: write,
        long: true,
        body: `"metadata":{"instanceMetadataDelta":{"modifiedMetadataKeys":["ssh-keys"]}},"request":{${typed('compute.instances.setMetadata')},"Fingerprint":"<etag>"},${computeOperation}`,
      },
      {
        name: 'v1.compute.instances.get',
        permission: 'compute.instances.get',
        type: 'ADMIN_READ',
        weight: 8,
        body: `"request":{${typed('compute.instances.get')}}`,
      },
      {
        name: 'v1.compute.instances.aggregatedList',
        permission: 'compute.instances.list',
        type: 'ADMIN_READ',
        weight: 6,
        body: `"numResponseItems":"<small>","request":{${typed('compute.instances.aggregatedList')},"maxResults":"500","filter":"labels.team = <word>"}`,
      },
      {
        name: 'v1.compute.firewalls.patch',
        permission: 'compute.firewalls.update',
        type: write,
        long: true,
        body: `"request":{${typed('compute.firewalls.patch')},"name":"<name>","allowed":[{"IPProtocol":"tcp","ports":["22","443"]}],"sourceRanges":["0.0.0.0/0"],"direction":"INGRESS","priority":"1000"},${computeOperation}`,
      },
    ],
  },
  {
    log: 'system_event',
    callers: 'google',
    resourceType: 'gce_instance',
    labels: `"instance_id":"<number>",${zonal}`,
    resourceName: 'projects/<project>/zones/<zone>/instances/<name>',
    service: 'compute.googleapis.com',
    methods: [
      {
        name: 'compute.instances.automaticRestart',
        weight: 1,
        body: `"request":{${typed('compute.instances.automaticRestart')}}`,
      },
      {
        name: 'compute.instances.migrateOnHostMaintenance',
        weight: 2,
        body: `"request":{${typed('compute.instances.migrateOnHostMaintenance')}}`,
      },
    ],
  },
  {
    log: 'system_event',
    callers: 'google',
    resourceType: 'gce_instance',
    labels: `"instance_id":"<number>",${zonal}`,
    resourceName: 'projects/<project>/zones/<zone>/instances/<name>',
    methods: [{ name: 'ScheduledVMs', weight: 2, body: '"metadata":{"schedule":"<word>"}' }],
  },
  {
    service: 'storage.googleapis.com',
    resourceType: 'gcs_bucket',
    labels: '"bucket_name":"<bucket>","location":"<region>",' + projectLabel,
    resourceName: 'projects/_/buckets/<bucket>/objects/<path>',
    methods: [
      {
        name: 'storage.objects.get',
        permission: 'storage.objects.get',
        type: 'DATA_READ',
        weight: 22,
        body: storageLocation,
      },
      {
        name: 'storage.objects.create',
        permission: 'storage.objects.create',
        type: 'DATA_WRITE',
        weight: 12,
        body: `"serviceData":{},${storageLocation}`,
      },
      {
        name: 'storage.objects.list',
        permission: 'storage.objects.list',
        type: 'DATA_READ',
        weight: 8,
        body: storageLocation,
      },
      {
        name: 'storage.objects.delete',
        permission: 'storage.objects.delete',
        type: 'DATA_WRITE',
        weight: 3,
        body: storageLocation,
      },
      {
        name: 'storage.setIamPermissions',
        permission: 'storage.buckets.setIamPolicy',
        type: write,
        body: `${policyDelta},${storageLocation}`,
      },
      {
        name: 'storage.buckets.create',
        permission: 'storage.buckets.create',
        type: write,
        body: `"request":{"defaultObjectAcl":{"bindings":[<bindings>],"${'@type'}":"type.googleapis.com/google.iam.v1.Policy"}},${policyDelta},${storageLocation}`,
      },
    ],
  },
  {
    service: 'iam.googleapis.com',
    resourceType: 'service_account',
    labels: '"email_id":"<account>","unique_id":"<number>",' + projectLabel,
    resourceName: 'projects/-/serviceAccounts/<number>',
    methods: [
      {
        name: 'google.iam.admin.v1.CreateServiceAccount',
        permission: 'iam.serviceAccounts.create',
        type: write,
        body: `"request":{${typed('google.iam.admin.v1.CreateServiceAccountRequest')},"account_id":"<word>","name":"projects/<project>","service_account":{"display_name":"<title>"}},"response":{${typed('google.iam.admin.v1.ServiceAccount')},"email":"<account>","etag":"<etag>","name":"projects/<project>/serviceAccounts/<account>","oauth2_client_id":"<number>","project_id":"<project>","unique_id":"<number>"}`,
      },
      {
        name: 'google.iam.admin.v1.CreateServiceAccountKey',
        permission: 'iam.serviceAccountKeys.create',
        type: write,
        body: `"request":{${typed('google.iam.admin.v1.CreateServiceAccountKeyRequest')},"name":"projects/<project>/serviceAccounts/<account>","private_key_type":2},"response":{${typed('google.iam.admin.v1.ServiceAccountKey')},"key_algorithm":2,"key_origin":2,"key_type":1,"name":"projects/<project>/serviceAccounts/<account>/keys/<hex>","private_key_type":2,"valid_after_time":{"seconds":"1767225600"},"valid_before_time":{"seconds":"253402300799"}}`,
      },
      {
        name: 'google.iam.admin.v1.SetIAMPolicy',
        permission: 'iam.serviceAccounts.setIamPolicy',
        type: write,
        body: `${policyDelta},${setPolicy}`,
      },
      {
        name: 'google.iam.admin.v1.ListServiceAccounts',
        permission: 'iam.serviceAccounts.list',
        type: 'ADMIN_READ',
        weight: 3,
        body: `"numResponseItems":"<small>","request":{${typed('google.iam.admin.v1.ListServiceAccountsRequest')},"name":"projects/<project>","page_size":100}`,
      },
      {
        name: 'google.iam.admin.v1.UpdateRole',
        permission: 'iam.roles.update',
        type: write,
        body: `"request":{${typed('google.iam.admin.v1.UpdateRoleRequest')},"name":"projects/<project>/roles/<word>","role":{"title":"<title>","included_permissions":["storage.objects.get","logging.logEntries.list","pubsub.topics.publish"]}}`,
      },
    ],
  },
  {
    service: 'iamcredentials.googleapis.com',
    resourceType: 'service_account',
    labels: '"email_id":"<account>","unique_id":"<number>",' + projectLabel,
    resourceName: 'projects/-/serviceAccounts/<number>',
    methods: [
      {
        name: 'GenerateAccessToken',
        permission: 'iam.serviceAccounts.getAccessToken',
        type: 'DATA_READ',
        weight: 12,
        body: `"metadata":{"identityDelegationChain":["projects/-/serviceAccounts/<account>"]},"request":{${typed('google.iam.credentials.v1.GenerateAccessTokenRequest')},"name":"projects/-/serviceAccounts/<account>","scope":["https://www.googleapis.com/auth/cloud-platform"],"lifetime":"3600s"}`,
      },
      {
        name: 'GenerateIdToken',
        permission: 'iam.serviceAccounts.getOpenIdToken',
        type: 'DATA_READ',
        weight: 3,
        body: `"request":{${typed('google.iam.credentials.v1.GenerateIdTokenRequest')},"audience":"https://<word>.<tenant>.example.com","include_email":true,"name":"projects/-/serviceAccounts/<account>"}`,
      },
      {
        name: 'SignBlob',
        permission: 'iam.serviceAccounts.signBlob',
        type: 'DATA_READ',
        body: `"request":{${typed('google.iam.credentials.v1.SignBlobRequest')},"name":"projects/-/serviceAccounts/<account>"}`,
      },
    ],
  },
  {
    service: 'bigquery.googleapis.com',
    resourceType: 'bigquery_dataset',
    labels: '"dataset_id":"<dataset>",' + projectLabel,
    resourceName: 'projects/<project>/datasets/<dataset>/tables/<word>',
    methods: [
      {
        name: 'google.cloud.bigquery.v2.JobService.InsertJob',
        permission: 'bigquery.jobs.create',
        type: 'DATA_WRITE',
        long: true,
        weight: 10,
        body: `"metadata":{${typed('google.cloud.audit.BigQueryAuditMetadata')},"jobInsertion":{"job":{"jobName":"projects/<project>/jobs/<hex>","jobConfig":{"type":"QUERY","queryConfig":{"query":"<query>","destinationTable":"projects/<project>/datasets/<dataset>/tables/anon<hex>","createDisposition":"CREATE_IF_NEEDED","writeDisposition":"WRITE_TRUNCATE","priority":"QUERY_INTERACTIVE","statementType":"SELECT"},"labels":{"team":"<word>"}},"jobStatus":{"jobState":"DONE"},"jobStats":{"createTime":"2026-01-01T00:00:00.000Z","queryStats":{"totalProcessedBytes":"<number>","totalBilledBytes":"<number>","billingTier":1}}},"reason":"JOB_INSERT_REQUEST"}}`,
      },
      {
        name: 'google.cloud.bigquery.v2.JobService.Query',
        permission: 'bigquery.jobs.create',
        type: 'DATA_WRITE',
        weight: 5,
        body: `"metadata":{${typed('google.cloud.audit.BigQueryAuditMetadata')},"tableDataRead":{"fields":["id","created_at","amount"],"jobName":"projects/<project>/jobs/<hex>","reason":"JOB"}},"request":{"query":"<query>"}`,
      },
      {
        name: 'google.cloud.bigquery.v2.TableDataService.List',
        permission: 'bigquery.tables.getData',
        type: 'DATA_READ',
        weight: 6,
        body: `"metadata":{${typed('google.cloud.audit.BigQueryAuditMetadata')},"tableDataRead":{"reason":"TABLEDATA_LIST_REQUEST"}}`,
      },
      {
        name: 'jobservice.jobcompleted',
        permission: 'bigquery.jobs.create',
        type: 'DATA_READ',
        weight: 4,
        body: `"serviceData":{${typed('google.cloud.bigquery.logging.v1.AuditData')},"jobCompletedEvent":{"eventName":"query_job_completed","job":{"jobConfiguration":{"query":{"createDisposition":"CREATE_IF_NEEDED","defaultDataset":{},"destinationTable":{"datasetId":"<dataset>","projectId":"<project>","tableId":"anon<hex>"},"query":"<query>","queryPriority":"QUERY_INTERACTIVE","statementType":"SELECT","writeDisposition":"WRITE_TRUNCATE"}},"jobName":{"jobId":"<hex>","location":"<region>","projectId":"<project>"},"jobStatistics":{"billingTier":1,"totalBilledBytes":"<number>","totalProcessedBytes":"<number>","totalSlotMs":"<small>"},"jobStatus":{"additionalErrors":[],"error":{},"state":"DONE"}}}}`,
      },
    ],
  },
  {
    service: 'k8s.io',
    callers: 'kubernetes',
    resourceType: 'k8s_cluster',
    labels: '"cluster_name":"<cluster>","location":"<region>",' + projectLabel,
    resourceName: 'core/v1/namespaces/<namespace>/pods/<name>',
    methods: [
      {
        name: 'io.k8s.core.v1.pods.create',
        permission: 'io.k8s.core.v1.pods.create',
        type: write,
        weight: 8,
        body: pod,
      },
      {
        name: 'io.k8s.core.v1.pods.delete',
        permission: 'io.k8s.core.v1.pods.delete',
        type: write,
        weight: 5,
        body: '"request":{"@type":"core.k8s.io/v1.DeleteOptions","apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":30}',
      },
      {
        name: 'io.k8s.core.v1.pods.exec.create',
        permission: 'io.k8s.core.v1.pods.exec.create',
        type: write,
        weight: 1,
        body: '"request":{"@type":"core.k8s.io/v1.PodExecOptions","command":["sh","-c","uptime"],"stdin":true,"tty":true}',
      },
      {
        name: 'io.k8s.coordination.v1.leases.update',
        permission: 'io.k8s.coordination.v1.leases.update',
        type: write,
        weight: 8,
        body: `"request":{"@type":"coordination.k8s.io/v1.Lease","metadata":{"name":"<word>","namespace":"<namespace>","resourceVersion":"<number>","uid":"<hex>"},"spec":{"holderIdentity":"<name>_<hex>","leaseDurationSeconds":15}}`,
      },
      {
        name: 'io.k8s.core.v1.secrets.list',
        permission: 'io.k8s.core.v1.secrets.list',
        type: 'DATA_READ',
        weight: 3,
      },
      {
        name: 'io.k8s.authorization.rbac.v1.clusterrolebindings.create',
        permission: 'io.k8s.authorization.rbac.v1.clusterrolebindings.create',
        type: write,
        body: `"request":{"@type":"rbac.authorization.k8s.io/v1.ClusterRoleBinding","metadata":{"name":"<name>"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"User","name":"<account>"}]}`,
      },
      { name: 'io.k8s.get', permission: 'io.k8s.get', type: 'ADMIN_READ', weight: 2 },
    ],
  },
  {
    service: 'container.googleapis.com',
    resourceType: 'gke_cluster',
    labels: '"cluster_name":"<cluster>","location":"<region>",' + projectLabel,
    resourceName: 'projects/<project>/locations/<region>/clusters/<cluster>',
    methods: [
      {
        name: 'google.container.v1.ClusterManager.CreateCluster',
        permission: 'container.clusters.create',
        type: write,
        long: true,
        body: `"request":{${typed('google.container.v1alpha1.CreateClusterRequest')},"cluster":{"name":"<cluster>","initialNodeCount":3,"network":"default","releaseChannel":{"channel":"REGULAR"}},"parent":"projects/<project>/locations/<region>"},"response":{${typed('google.container.v1alpha1.Operation')},"name":"operation-<number>-<hex>","operationType":"CREATE_CLUSTER","status":"RUNNING"}`,
      },
      {
        name: 'google.container.v1.ClusterManager.ListClusters',
        permission: 'container.clusters.list',
        type: 'ADMIN_READ',
        weight: 3,
        body: `"request":{${typed('google.container.v1.ListClustersRequest')},"parent":"projects/<project>/locations/-"}`,
      },
    ],
  },
];
