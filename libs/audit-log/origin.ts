import { callerAddress, type CallerAddress } from './caller-address.js';
import { field, text, type Fields } from './values.js';

/** Where a call came from. */
export type Origin = CallerAddress & {
  userAgent?: string;
  /** The caller's VPC network. */
  network?: string;
};

/** From an AuditLog, or from the HTTP request that another log was written about. */
export function originOf(entry: Fields, payload: Fields | undefined): Origin {
  const metadata = field(payload, 'requestMetadata');
  const http = field(entry, 'httpRequest');
  const given = text(metadata?.['callerIp']) ?? text(metadata?.['callerIP']) ?? text(http?.['remoteIp']);
  const origin: Origin = { isPublic: false, isInternal: false };
  if (given !== undefined) {
    const { ip, label, isPublic, isInternal } = callerAddress(given);
    if (ip !== undefined) origin.ip = ip;
    if (label !== undefined) origin.label = label;
    origin.isPublic = isPublic;
    origin.isInternal = isInternal;
  }
  const userAgent = text(metadata?.['callerSuppliedUserAgent']) ?? text(http?.['userAgent']);
  const network = text(metadata?.['callerNetwork']);
  if (userAgent !== undefined) origin.userAgent = userAgent;
  if (network !== undefined) origin.network = network;
  return origin;
}
