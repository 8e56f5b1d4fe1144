import type { QuarantineReason } from '#contracts';
import type { PushHeaders } from './request-head.js';

/** One push, taken out of its HTTP request; `refused` says why the bytes are the whole body instead. */
export type Push = {
  messageId: string;
  /** Google's own stamp, the same on every redelivery; empty when it is missing. */
  publishTime: string;
  /** Undefined only in a push that is refused as `not_a_push`. */
  subscription: string | undefined;
  payload: Buffer;
  refused?: QuarantineReason;
};

/**
 * Reads a push in Google's wrapped form, or in the unwrapped form with metadata headers.
 * Never throws: what cannot be read is a push that is refused, with its body as it came.
 */
export function readPush(headers: PushHeaders, body: Buffer): Push {
  const unwrappedId = headers['x-goog-pubsub-message-id'];
  if (unwrappedId !== undefined) return readUnwrapped(headers, unwrappedId, body);
  return readWrapped(body);
}

function readUnwrapped(headers: PushHeaders, messageId: string, body: Buffer): Push {
  const push: Push = {
    messageId,
    publishTime: headers['x-goog-pubsub-publish-time'] ?? '',
    subscription: headers['x-goog-pubsub-subscription-name'],
    payload: body,
  };
  if (push.subscription === undefined) return { ...push, refused: 'not_a_push' };
  return body.length === 0 ? { ...push, refused: 'empty' } : push;
}

function readWrapped(body: Buffer): Push {
  const envelope = parseObject(body);
  const message = asObject(envelope?.['message']);
  const messageId = text(message?.['messageId']) ?? text(message?.['message_id']);
  const subscription = text(envelope?.['subscription']);
  const push: Push = {
    messageId: messageId ?? '',
    publishTime: text(message?.['publishTime']) ?? text(message?.['publish_time']) ?? '',
    subscription,
    payload: body,
  };
  if (messageId === undefined || subscription === undefined) return { ...push, refused: 'not_a_push' };
  const data = message?.['data'];
  if (data === undefined || data === '') return { ...push, refused: 'empty' };
  const payload = typeof data === 'string' ? decodeBase64(data) : undefined;
  return payload ? { ...push, payload } : { ...push, refused: 'bad_base64' };
}

/** Node skips what is no base64, so a decoded length that differs from the expected one gives it away. */
function decodeBase64(data: string): Buffer | undefined {
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0;
  const bytes = Buffer.from(data, 'base64');
  return data.length % 4 === 0 && bytes.length === (data.length / 4) * 3 - padding ? bytes : undefined;
}

/** More than a hundred attributes can hold, which have 256 bytes for a key and 1,024 for a value at most. */
const maxStructure = 150_000;
const structural = [...'[{,'].map((character) => character.charCodeAt(0));

/** A push is one long string; as many small values as fit into a body would stop everybody for seconds. */
function isOvergrown(body: Buffer): boolean {
  if (body.length <= maxStructure) return false;
  let count = 0;
  for (const character of structural) {
    for (let at = body.indexOf(character); at >= 0; at = body.indexOf(character, at + 1)) {
      if (++count > maxStructure) return true;
    }
  }
  return false;
}

function parseObject(body: Buffer): Record<string, unknown> | undefined {
  if (isOvergrown(body)) return undefined;
  try {
    return asObject(JSON.parse(body.toString('utf8')));
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
