import type { IncomingMessage } from 'node:http';

const kept = [
  'authorization',
  'content-encoding',
  'content-length',
  'host',
  'x-goog-pubsub-message-id',
  'x-goog-pubsub-publish-time',
  'x-goog-pubsub-subscription-name',
] as const;

/** What is kept of a push's headers, by their names in lower case. */
export type PushHeaders = Partial<Record<(typeof kept)[number], string>>;

/** Those of a request that Node's server has read. A header that came several times is as if it were not there. */
export function headersOf({ headersDistinct }: IncomingMessage): PushHeaders {
  const found: PushHeaders = {};
  for (const name of kept) {
    const [value, another] = headersDistinct[name] ?? [];
    if (value !== undefined && another === undefined) found[name] = value;
  }
  return found;
}

/** The head of a push as all senders in earnest write it. */
export type RequestHead = {
  connectionId: string;
  headers: PushHeaders;
  headBytes: number;
  bodyBytes: number;
};

const pushLine = /^POST \/v1\/push\/([\w-]{1,128})(?:\?[!-~]*)? HTTP\/1\.1$/;
/** Characters of a header's name. */
const isNameCharacter = Uint8Array.from({ length: 256 }, (_, code) =>
  /[\w!#$%&'*+.^`|~-]/.test(String.fromCharCode(code)) ? 1 : 0,
);
const digits = /^\d{1,9}$/;
/** What Node's parser lets stand nowhere in a head. */
const control = /[^\t\r\n -~\x80-\xff]/;
const maxHeadBytes = 16 * 1024;

/**
 * Reads the head of a push that stands at the beginning of `bytes`; `incomplete` when its end is still
 * missing. All but the plainest HTTP/1.1 is `unusual`: other methods and paths, chunked bodies, expectations,
 * headers that come twice or are written askew. These are for Node's own server to answer or refuse: nothing
 * that it refuses, or reads otherwise, may be taken here.
 */
export function readHead(bytes: Buffer): RequestHead | 'incomplete' | 'unusual' {
  const end = bytes.indexOf('\r\n\r\n', 0, 'latin1');
  if (end < 0) return bytes.length < maxHeadBytes ? 'incomplete' : 'unusual';
  if (end > maxHeadBytes) return 'unusual';
  const text = bytes.toString('latin1', 0, end + 2);
  if (control.test(text)) return 'unusual';
  const lineEnd = endOfLine(text, 0);
  const connectionId = lineEnd < 0 ? undefined : pushLine.exec(text.slice(0, lineEnd))?.[1];
  if (connectionId === undefined) return 'unusual';
  const headers: PushHeaders = {};
  for (let at = lineEnd + 2; at < text.length;) {
    const next = endOfLine(text, at);
    const colon = text.indexOf(':', at);
    if (next < 0 || !isName(text, at, colon) || colon > next) return 'unusual';
    if (!keep(headers, text.slice(at, colon), text, colon + 1, next)) return 'unusual';
    at = next + 2;
  }
  const length = headers['content-length'];
  if (headers.host === undefined || length === undefined || !digits.test(length)) return 'unusual';
  return { connectionId, headers, headBytes: end + 4, bodyBytes: Number(length) };
}

/** Where a line ends, by CR and LF together; -1 when either of them stands in it by itself. */
function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\r', start);
  return text.indexOf('\n', start) === end + 1 ? end : -1;
}

function isName(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (isNameCharacter[text.charCodeAt(at)] !== 1) return false;
  return end > start;
}

/** Keeps a header that matters; `false` for one that makes the request unusual. */
function keep(headers: PushHeaders, name: string, text: string, start: number, end: number): boolean {
  const lower = name.toLowerCase();
  switch (lower) {
    case 'authorization':
    case 'content-encoding':
    case 'content-length':
    case 'host':
    case 'x-goog-pubsub-message-id':
    case 'x-goog-pubsub-publish-time':
    case 'x-goog-pubsub-subscription-name':
      if (headers[lower] !== undefined) return false;
      headers[lower] = trimmed(text, start, end);
      return true;
    case 'connection':
      return /^[ \t]*keep-alive[ \t]*$/i.test(text.slice(start, end));
    case 'proxy-connection':
    case 'transfer-encoding':
    case 'expect':
    case 'upgrade':
    case 'trailer':
      return false;
    default:
      return true;
  }
}

/** Without spaces and tabs around it: `trim` would take off more, which HTTP does not. */
function trimmed(text: string, start: number, end: number): string {
  let [from, to] = [start, end];
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (from < to && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
