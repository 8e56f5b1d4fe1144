import type { LogEntry } from './entry.js';
import { field, integer, text } from './values.js';

type Http = { request?: object | undefined; response?: object | undefined };

/** The only methods that OCSF knows. */
const methods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

/** The request that another log was written about, as that of a load balancer; of audit logs, the user agent. */
export function httpOf(entry: LogEntry, userAgent: string | undefined): Http {
  const given = field(entry, 'httpRequest');
  if (given === undefined)
    return { request: userAgent === undefined ? undefined : { user_agent: userAgent } };
  const url = text(given['requestUrl']);
  const method = text(given['requestMethod']);
  const protocol = text(given['protocol']);
  const code = integer(given['status']);
  const request = {
    user_agent: userAgent,
    http_method: method !== undefined && methods.has(method) ? method : undefined,
    url: url && { url_string: url },
    version: protocol?.startsWith('HTTP/') === true ? protocol.slice('HTTP/'.length) : protocol,
    referrer: text(given['referer']),
    length: integer(given['requestSize']),
  };
  return {
    request: Object.values(request).some((value) => value !== undefined) ? request : undefined,
    response: code === undefined ? undefined : { code, length: integer(given['responseSize']) },
  };
}
