import { BlockList, isIP } from 'node:net';
import { BoundedCache } from './bounded-cache.js';
import { globalAddress, unmapped } from './global-address.js';

/** What stands in an entry for the address of a caller. */
export type CallerAddress = {
  /** IPv4 in its own form. */
  ip?: string;
  /** Whether anyone on the internet could have it. */
  isPublic: boolean;
  /** Whether it is of a private network or of Google's own; documentation and multicast are neither. */
  isInternal: boolean;
  /** What stands in place of an address: `private`, `gce-internal-ip`, or anything that is none. */
  label?: string;
};

/** Longer ones are valid only for a zone that they name. */
const maxAddressLength = 45;
const googleInternal = new Set(['private', 'gce-internal-ip']);

const internal = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  internal.addSubnet(network, prefix, 'ipv4');
internal.addAddress('::1', 'ipv6');
internal.addSubnet('fc00::', 7, 'ipv6');
internal.addSubnet('fe80::', 10, 'ipv6');

const cache = new BoundedCache<CallerAddress>();

/** Callers come again and again, and what kind of address theirs is takes long to say. */
export function callerAddress(given: string): CallerAddress {
  if (given.length > maxAddressLength) return { label: given, isPublic: false, isInternal: false };
  let address = cache.get(given);
  if (address === undefined) {
    address = readAddress(given);
    cache.set(given, address);
  }
  return address;
}

function readAddress(given: string): CallerAddress {
  const global = globalAddress(given);
  if (global !== undefined) return { ip: global, isPublic: true, isInternal: false };
  const ip = unmapped(given);
  const family = isIP(ip);
  if (family === 0) return { label: given, isPublic: false, isInternal: googleInternal.has(given) };
  const [address = ip] = ip.split('%');
  return { ip, isPublic: false, isInternal: internal.check(address, family === 4 ? 'ipv4' : 'ipv6') };
}
