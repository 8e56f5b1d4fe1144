import type { Origin } from './activity.js';
import { escaped, member, memberOf, objectOf, type Escape } from './json-text.js';
import type { Network } from './network.js';

/** Where a call came from; words in place of an address, as `private`, name a service of Google. */
export function endpointJson(
  { ip, isPublic, isInternal, label, network: vpc }: Origin,
  network: Network | undefined,
  escape: Escape,
): string {
  const scope = isPublic ? 2 : isInternal ? 1 : 0;
  return (
    `{"network_scope_id":${String(scope)},"network_scope":"${scopes[scope]}"` +
    member(',"ip":"', ip, escape) +
    member(',"svc_name":"', isInternal ? label : undefined, escape) +
    member(',"name":"', isInternal || ip !== undefined ? undefined : (label ?? 'unknown'), escape) +
    member(',"vpc_uid":"', vpc, escape) +
    (network ? locationMember(network) + autonomousSystemMember(network) : '') +
    '}'
  );
}

const scopes = ['Unknown', 'Internal', 'External'] as const;

/** Coordinates alone are no location. */
function locationMember({ countryCode, city, region, latitude, longitude }: Network): string {
  if (!countryCode && !city && !region) return '';
  return `,"location":${objectOf(
    member(',"country":"', countryCode, escaped) +
      member(',"region":"', region, escaped) +
      member(',"city":"', city, escaped) +
      memberOf(',"lat":', latitude) +
      memberOf(',"long":', longitude),
  )}`;
}

function autonomousSystemMember({ asn, asOrganisation }: Network): string {
  if (asn === undefined && !asOrganisation) return '';
  return `,"autonomous_system":${objectOf(
    memberOf(',"number":', asn) + member(',"name":"', asOrganisation, escaped),
  )}`;
}
