import { randomUUID } from 'node:crypto';
import { SNSClient, SubscribeCommand, UnsubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SQSClient,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { Command } from 'commander';
import { originalEntry, partitionOfKey, tenantId } from '#contracts';
import { landedObjects } from '#tools/local-platform';
import { findRunning } from './running.js';

type TailOptions = { tenant?: string; quarantine: boolean; topic?: string; json: boolean };

export function tailCommand(): Command {
  return new Command('tail')
    .description('Print landed events as they come, told by SNS and SQS and read from S3, like tail -f.')
    .option('--tenant <id>', 'only this tenant')
    .option('--quarantine', 'what is in quarantine instead of events', false)
    .option(
      '--topic <arn>',
      'the topic that announces objects; the one of a running `floodgate start` by default',
    )
    .option('--json', 'the lines as they landed instead of a summary', false)
    .addHelpText(
      'after',
      `
It reads through a queue of its own, which it removes at the end, so nobody else misses a message.
With --topic, the SDK's own settings (AWS_REGION, AWS_PROFILE, AWS_ENDPOINT_URL, ...) say which AWS.

Examples:
  npx floodgate tail --tenant acme
  npx floodgate tail --tenant acme --json | jq -c '[.activity_name, .api.operation, .actor.user.name]'
  npx floodgate tail --quarantine`,
    )
    .action(tail);
}

async function tail(options: TailOptions): Promise<void> {
  if (options.tenant !== undefined && !tenantId.safeParse(options.tenant).success) {
    throw new Error(`${options.tenant} is no tenant id`);
  }
  const topicArn = options.topic ?? (await useRunning());
  const over = new AbortController();
  const stop = () => {
    over.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // A reader that stops reading, such as `head`, ends it too.
  process.stdout.on('error', stop);
  const queue = await ownQueue(topicArn);
  try {
    console.error('floodgate: waiting for objects to land ...');
    for await (const { key, lines } of landedObjects(queue.url, over.signal)) {
      const partition = partitionOfKey(key);
      if (partition?.kind !== (options.quarantine ? 'quarantine' : 'events')) continue;
      if (options.tenant !== undefined && partition.tenantId !== options.tenant) continue;
      for (const line of lines)
        process.stdout.write(`${options.json ? line : summary(partition.tenantId, line)}\n`);
    }
  } finally {
    await queue.remove();
  }
}

async function useRunning(): Promise<string> {
  const { environment, topicArn } = await findRunning();
  Object.assign(process.env, environment);
  return topicArn;
}

/** A queue of our own, subscribed to the topic. */
async function ownQueue(topicArn: string) {
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const sns = new SNSClient({});
  const { QueueUrl: url = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: `floodgate-tail-${randomUUID()}` }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  const arn = Attributes?.['QueueArn'] ?? '';
  const policy = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: arn,
        Condition: { ArnEquals: { 'aws:SourceArn': topicArn } },
      },
    ],
  };
  await sqs.send(
    new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy: JSON.stringify(policy) } }),
  );
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: arn, ReturnSubscriptionArn: true }),
  );
  return {
    url,
    async remove() {
      await sns.send(new UnsubscribeCommand({ SubscriptionArn })).catch(() => undefined);
      await sqs.send(new DeleteQueueCommand({ QueueUrl: url })).catch(() => undefined);
    },
  };
}

type Quarantined = { reason?: string; message_id?: string };
type Entry = {
  timestamp?: string;
  protoPayload?: {
    methodName?: string;
    resourceName?: string;
    authenticationInfo?: { principalEmail?: string };
  };
};

/** One line for people: when, who, what, on which resource, in whatever format it landed. */
function summary(tenant: string, line: string): string {
  const { reason, message_id: messageId } = JSON.parse(line) as Quarantined;
  if (reason !== undefined) return `${tenant}  quarantined: ${reason}  message ${messageId ?? '-'}`;
  const { timestamp, protoPayload } = JSON.parse(originalEntry(line) ?? '{}') as Entry;
  const { methodName, resourceName, authenticationInfo } = protoPayload ?? {};
  return [timestamp, tenant, authenticationInfo?.principalEmail, methodName, resourceName]
    .map((part) => printable(String(part ?? '-')))
    .join('  ');
}

/** What customers log must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}
