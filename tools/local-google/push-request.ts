import type { protos } from '@google-cloud/pubsub';

type PubsubMessage = protos.google.pubsub.v1.IPubsubMessage;

/** A message as a topic holds it; both stay the same on every redelivery. */
export type StoredMessage = {
  messageId: string;
  publishTime: string;
  data: Buffer;
  attributes: Readonly<Record<string, string>>;
};

export type PushRequest = { headers: Record<string, string | number>; body: Buffer };

const agent = { 'user-agent': 'CloudPubSub-Google', accept: 'application/json' };

/** The wrapped form: Google writes camelCase and snake_case twins. */
export function wrappedRequest(message: StoredMessage, subscription: string): PushRequest {
  const { messageId, publishTime, attributes } = message;
  const data = message.data.toString('base64');
  // Checked against Google's own type, whose publishTime and data are not in their JSON form.
  const fields = { attributes, messageId } satisfies PubsubMessage;
  const body = Buffer.from(
    JSON.stringify({
      message: { ...fields, data, message_id: messageId, publishTime, publish_time: publishTime },
      subscription,
    }),
  );
  return { headers: { ...agent, 'content-type': 'application/json', 'content-length': body.length }, body };
}

/** The unwrapped form with metadata: the body is the data, and every attribute becomes a bare header. */
export function unwrappedRequest(message: StoredMessage, subscription: string): PushRequest {
  return {
    headers: {
      ...message.attributes,
      ...agent,
      'content-length': message.data.length,
      'x-goog-pubsub-subscription-name': subscription,
      'x-goog-pubsub-message-id': message.messageId,
      'x-goog-pubsub-publish-time': message.publishTime,
    },
    body: message.data,
  };
}
