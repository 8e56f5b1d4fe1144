import { digits, hex, type Names, type Scene } from './audit-traffic-scene.js';
import type { Random } from './audit-traffic-random.js';
import type { Service } from './audit-traffic-services.js';

const userAgents = [
  'google-cloud-sdk gcloud/532.0.0 command/gcloud.compute.instances.list invocation-id/4be1f0 environment/None interactive/True,gzip(gfe)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36,gzip(gfe),gzip(gfe)',
  'Terraform/1.13.3 (+https://www.terraform.io) Terraform-Plugin-SDK/2.38.1 terraform-provider-google/7.4.0,gzip(gfe)',
  'google-api-go-client/0.5 kube-controller-manager/v1.33.4 (linux/amd64) kubernetes/leader-election,gzip(gfe)',
  'gcloud-python/3.4.0 gl-python/3.13.1 grpc/1.75.0 gax/2.25.1,gzip(gfe)',
  'Google-Cloud-Console,gzip(gfe)',
  'grpc-java-netty/1.75.0,gzip(gfe)',
];
const googleAgents = ['system@google.com', 'service-agent-manager@system.gserviceaccount.com'];

/** authenticationInfo as JSON text; the share of each kind is roughly that of an organisation's logs. */
export function authentication(
  random: Random,
  names: Names,
  scene: Scene,
  callers: Service['callers'],
): string {
  if (callers === 'google') return `{"principalEmail":"${googleAgents[0]}"}`;
  if (callers === 'person') return person(random, names);
  const kind = random.unit();
  if (callers === 'kubernetes' && kind < 0.6) {
    const name = `system:serviceaccount:${scene.namespace}:${scene.word}`;
    return `{"principalEmail":"${kind < 0.1 ? 'system:kube-controller-manager' : name}"}`;
  }
  if (kind < 0.45) return serviceAccount(random, scene);
  if (kind < 0.82) return person(random, names);
  if (kind < 0.89) return workloadIdentity(scene);
  if (kind < 0.95) return `{"principalEmail":"${random.pick(googleAgents)}"}`;
  return kind < 0.97 ? '{"principalEmail":"system:anonymous"}' : '{}';
}

function person(random: Random, names: Names): string {
  const email = random.pick(names.people);
  return `{"principalEmail":"${email}","principalSubject":"user:${email}"}`;
}

function serviceAccount(random: Random, { account, project, hex: code }: Scene): string {
  let text = `{"principalEmail":"${account}","principalSubject":"serviceAccount:${account}"`;
  const kind = random.unit();
  if (kind < 0.15) {
    const resource = `//iam.googleapis.com/projects/${project}/serviceAccounts/${account}`;
    text += `,"serviceAccountKeyName":"${resource}/keys/${code}${code}"`;
  } else if (kind < 0.35) {
    const first = `{"firstPartyPrincipal":{"principalEmail":"ci@${project}.iam.gserviceaccount.com"}}`;
    const chain = [
      first,
      `{"principalSubject":"serviceAccount:deploy@${project}.iam.gserviceaccount.com"}`,
      '{}',
    ];
    text += `,"serviceAccountDelegationInfo":[${chain.slice(0, 1 + random.below(chain.length)).join(',')}]`;
  }
  return text + '}';
}

function workloadIdentity({ word, number, tenant }: Scene): string {
  const pool = `projects/${number.slice(0, 12)}/locations/global/workloadIdentityPools/github`;
  const subject = `principal://iam.googleapis.com/${pool}/subject/repo:${tenant}/${word}:ref:refs/heads/main`;
  return `{"principalSubject":"${subject}"}`;
}

/** requestMetadata as JSON text. */
export function requestMetadata(random: Random, scene: Scene, time: string, bare: boolean): string {
  const address = bare ? undefined : callerIp(random);
  const ip = address === undefined ? '' : `"callerIp":"${address}",`;
  const agent = bare || random.chance(0.1) ? '' : `"callerSuppliedUserAgent":"${random.pick(userAgents)}",`;
  const network = random.chance(0.1)
    ? `"callerNetwork":"//compute.googleapis.com/projects/${scene.project}/global/networks/__unknown__",`
    : '';
  const auth = `"requestAttributes":{"time":"${time}","auth":{}},"destinationAttributes":{}`;
  return `{${ip}${agent}${network}${auth}}`;
}

function callerIp(random: Random): string | undefined {
  const kind = random.unit();
  const octet = () => random.below(256);
  if (kind < 0.5) return `${random.pick([34, 35, 81, 104, 151, 203])}.${octet()}.${octet()}.${octet()}`;
  if (kind < 0.62)
    return `2a00:${digits(random, 12).slice(0, 4)}:${hex(random).slice(0, 4)}::${hex(random).slice(0, 3)}`;
  if (kind < 0.72) return `10.${octet()}.${octet()}.${octet()}`;
  if (kind < 0.82) return 'private';
  return kind < 0.87 ? 'gce-internal-ip' : undefined;
}
