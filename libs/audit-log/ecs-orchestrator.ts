import type { AuditActivity } from './activity.js';

const clusterType = /^(?:k8s|gke)_/;
const version = /^v\d+(?:(?:alpha|beta)\d+)?$/;

/** What a call to a Kubernetes cluster, or one about a GKE cluster, acts upon; nothing for other calls. */
export function orchestratorOf({ method, resources: [resource] }: AuditActivity): object | undefined {
  const isKubernetes = method?.startsWith('io.k8s.') === true;
  if (!isKubernetes && !clusterType.test(resource?.type ?? '')) return undefined;
  const name = resource?.labels?.['cluster_name'];
  const orchestrator = { type: 'kubernetes', cluster: name === undefined ? undefined : { name } };
  return isKubernetes ? { ...orchestrator, ...objectOf(resource?.uid ?? '') } : orchestrator;
}

/** Of `core/v1/namespaces/shop/pods/web-1/exec`, in which the namespace, the name and the rest may be missing. */
function objectOf(resourceName: string): object | undefined {
  const parts = resourceName.split('/');
  const at = parts.findIndex((part) => version.test(part));
  if (at < 0) return undefined;
  let [type, name] = parts.slice(at + 1, at + 3);
  let namespace: string | undefined;
  if (type === 'namespaces') {
    namespace = name;
    if (parts[at + 3]) [type, name] = parts.slice(at + 3, at + 5);
  }
  return {
    api_version: parts[at],
    namespace: namespace || undefined,
    resource: type ? { type, name: name || undefined } : undefined,
  };
}
