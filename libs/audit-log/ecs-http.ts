import type { LogEntry } from './entry.js';
import { field, integer, text } from './values.js';

/** What is known of an HTTP request; undefined is absent. */
type Http = {
  http?: object | undefined;
  url?: object | undefined;
  userAgent?: string | undefined;
  remoteIp?: string | undefined;
};

const none: Http = {};

/** The request that a load balancer's log, or another that is no audit log, was written about. */
export function httpOf(entry: LogEntry): Http {
  const given = field(entry, 'httpRequest');
  if (given === undefined) return none;
  const original = text(given['requestUrl']);
  const request = filled({
    method: text(given['requestMethod']),
    bytes: integer(given['requestSize']),
    referrer: text(given['referer']),
  });
  const response = filled({ status_code: integer(given['status']), bytes: integer(given['responseSize']) });
  const version = /^HTTP\/(\d(?:\.\d)?)$/.exec(text(given['protocol']) ?? '')?.[1];
  return {
    http: filled({ version, request, response }),
    url: original === undefined ? undefined : { original },
    userAgent: text(given['userAgent']),
    remoteIp: text(given['remoteIp']),
  };
}

/** Nothing in place of an object without anything in it. */
function filled(fields: Record<string, unknown>): object | undefined {
  return Object.values(fields).some((value) => value !== undefined) ? fields : undefined;
}
