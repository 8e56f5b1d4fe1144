import type { LogEntry } from './entry.js';
import { member, memberOf, objectOf, type Escape } from './json-text.js';
import { field, integer, text } from './values.js';

/** The only methods that OCSF knows. */
const methods = new Set(['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE']);

/** The request that another log was written about, as that of a load balancer; of audit logs, the user agent. */
export function httpMembers(entry: LogEntry, userAgent: string | undefined, escape: Escape): string {
  const given = field(entry, 'httpRequest');
  if (given === undefined)
    return userAgent === undefined ? '' : `,"http_request":{"user_agent":"${escape(userAgent)}"}`;
  const url = text(given['requestUrl']);
  const method = text(given['requestMethod']);
  const protocol = text(given['protocol']);
  const code = integer(given['status']);
  const request =
    member(',"user_agent":"', userAgent, escape) +
    (method !== undefined && methods.has(method) ? `,"http_method":"${method}"` : '') +
    (url === undefined ? '' : `,"url":{"url_string":"${escape(url)}"}`) +
    member(
      ',"version":"',
      protocol?.startsWith('HTTP/') === true ? protocol.slice('HTTP/'.length) : protocol,
      escape,
    ) +
    member(',"referrer":"', text(given['referer']), escape) +
    memberOf(',"length":', integer(given['requestSize']));
  const response = memberOf(',"code":', code) + memberOf(',"length":', integer(given['responseSize']));
  return (
    (request === '' ? '' : `,"http_request":${objectOf(request)}`) +
    (code === undefined ? '' : `,"http_response":${objectOf(response)}`)
  );
}
