import { z } from 'zod';
import { loadConfig } from '#config';
import { startLocalFirehose } from './server.js';

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65535).default(4573),
  AWS_ENDPOINT_URL: z.url(),
  AWS_REGION: z.string().default('us-east-1'),
  TOPIC_ARN: z.string().optional(),
  FLUSH_AFTER_MS: z.coerce.number().int().min(1).optional(),
  FLUSH_AT_BYTES: z.coerce.number().int().min(1).optional(),
});

const config = loadConfig(schema);
const firehose = await startLocalFirehose({
  port: config.PORT,
  endpoint: config.AWS_ENDPOINT_URL,
  region: config.AWS_REGION,
  ...(config.TOPIC_ARN === undefined ? {} : { topicArn: config.TOPIC_ARN }),
  buffering: {
    ...(config.FLUSH_AFTER_MS === undefined ? {} : { intervalMs: config.FLUSH_AFTER_MS }),
    ...(config.FLUSH_AT_BYTES === undefined ? {} : { sizeBytes: config.FLUSH_AT_BYTES }),
  },
});
console.log(`Firehose answers at ${firehose.url}`);
const stop = () => void firehose.stop().then(() => process.exit(0));
process.once('SIGTERM', stop).once('SIGINT', stop);
