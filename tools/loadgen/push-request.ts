import type { Target } from './options.js';

const counterDigits = 12;
/** With the counter these make the nineteen digits of the longest message ids. */
export const runDigits = 7;
const insertIdValue = /("insertId":")([^"]*)"/;
/** Base64 of '000' to '999': three digits that begin at a multiple of three bytes are four characters. */
const encodedDigits = Array.from({ length: 1000 }, (_, n) =>
  Buffer.from(String(n).padStart(3, '0')).toString('base64'),
);

/** A whole push request with holes for the number of the message, all of which keep its length. */
export type RequestTemplate = { bytes: Buffer; messageIdAt: readonly number[]; insertIdAt: number };

/**
 * Encodes an entry once. Its insertId is replaced by one that has `run` and twelve digits in it, so that
 * every message made of the template is an event of its own.
 */
export function requestTemplate(entry: string, target: Target, host: string, run: string): RequestTemplate {
  const found = insertIdValue.exec(entry);
  if (found === null) throw new Error('An entry without an insertId cannot be made distinct.');
  const valueAt = Buffer.byteLength(entry.slice(0, found.index)) + (found[1] ?? '').length;
  const filler = run + '-'.repeat((3 - ((valueAt + run.length) % 3)) % 3);
  const digits = '0'.repeat(counterDigits);
  const data = entry.replace(insertIdValue, (_, key: string) => `${key}${filler}${digits}"`);
  const base64 = Buffer.from(data).toString('base64');

  const id = run + digits;
  const time = new Date().toISOString();
  const message = `{"message":{"data":"${base64}","messageId":"${id}","message_id":"${id}","publishTime":"${time}","publish_time":"${time}"},`;
  const body = `${message}"subscription":${JSON.stringify(target.subscription)}}`;
  const head = [
    `POST ${target.path} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${target.token}`,
    'Content-Type: application/json',
    'User-Agent: CloudPubSub-Google',
    `Content-Length: ${Buffer.byteLength(body)}`,
    '\r\n',
  ].join('\r\n');
  const bytes = Buffer.from(head + body);
  const digitsAfter = (text: string) => bytes.indexOf(text, head.length) + text.length + run.length;
  return {
    bytes,
    messageIdAt: [digitsAfter('"messageId":"'), digitsAfter('"message_id":"')],
    insertIdAt: bytes.indexOf(base64, head.length) + ((valueAt + filler.length) / 3) * 4,
  };
}

/** Writes the message with this number into `into`, which is at least as long, and returns that part of it. */
export function fillTemplate(template: RequestTemplate, number: number, into: Buffer): Buffer {
  const { bytes, messageIdAt, insertIdAt } = template;
  bytes.copy(into);
  let left = number;
  for (let group = counterDigits / 3 - 1; group >= 0; group--) {
    const three = left % 1000;
    left = (left - three) / 1000;
    for (const at of messageIdAt) {
      into[at + group * 3] = 48 + Math.floor(three / 100);
      into[at + group * 3 + 1] = 48 + (Math.floor(three / 10) % 10);
      into[at + group * 3 + 2] = 48 + (three % 10);
    }
    into.write(encodedDigits[three] ?? '', insertIdAt + group * 4, 'latin1');
  }
  return into.subarray(0, bytes.length);
}
