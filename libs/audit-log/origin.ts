import { isIP } from 'node:net';
import { globalAddress } from './global-address.js';
import { field, text, type Fields } from './values.js';

/** Where a call came from. */
export type Origin = {
  /** The caller's address, IPv4 in its own form. */
  ip?: string;
  /** Whether anyone on the internet could have it. */
  isPublic: boolean;
  /** What stands in place of an address: `private`, `gce-internal-ip`, or anything that is none. */
  label?: string;
  userAgent?: string;
  /** The caller's VPC network. */
  network?: string;
};

const maxAddressLength = 40;

type Address = Pick<Origin, 'ip' | 'isPublic' | 'label'>;

const maxCached = 10_000;
const addresses = new Map<string, Address>();

/** Callers come again and again, and whether an address is global is dear to say. */
function addressOf(given: string): Address {
  let address = addresses.get(given);
  if (address === undefined) {
    if (addresses.size >= maxCached) addresses.clear();
    addresses.set(given, (address = readAddress(given)));
  }
  return address;
}

function readAddress(given: string): Address {
  const ip = globalAddress(given);
  if (ip !== undefined) return { ip, isPublic: true };
  if (isIP(given) !== 0 && given.length <= maxAddressLength) return { ip: given, isPublic: false };
  return { label: given, isPublic: false };
}

export function originOf(payload: Fields | undefined): Origin {
  const request = field(payload, 'requestMetadata');
  const given = text(request?.['callerIp']) ?? text(request?.['callerIP']);
  const origin: Origin = given === undefined ? { isPublic: false } : { ...addressOf(given) };
  const userAgent = text(request?.['callerSuppliedUserAgent']);
  const network = text(request?.['callerNetwork']);
  if (userAgent !== undefined) origin.userAgent = userAgent;
  if (network !== undefined) origin.network = network;
  return origin;
}
