import type { Origin } from './activity.js';
import type { Network } from './network.js';

/** Where a call came from; words in place of an address, as `private`, name a service of Google. */
export function endpointOf(
  { ip, isPublic, isInternal, label, network: vpc }: Origin,
  network: Network | undefined,
): object {
  const scope = isPublic ? 2 : isInternal ? 1 : 0;
  return {
    ip,
    svc_name: isInternal ? label : undefined,
    name: isInternal || ip !== undefined ? undefined : (label ?? 'unknown'),
    network_scope_id: scope,
    network_scope: scopes[scope],
    vpc_uid: vpc,
    location: network && locationOf(network),
    autonomous_system: network && autonomousSystemOf(network),
  };
}

const scopes = ['Unknown', 'Internal', 'External'] as const;

/** Coordinates alone are no location. */
function locationOf({ countryCode, city, region, latitude, longitude }: Network): object | undefined {
  if (!countryCode && !city && !region) return undefined;
  return { country: countryCode, region, city, lat: latitude, long: longitude };
}

function autonomousSystemOf({ asn, asOrganisation }: Network): object | undefined {
  return asn === undefined && !asOrganisation ? undefined : { number: asn, name: asOrganisation };
}
