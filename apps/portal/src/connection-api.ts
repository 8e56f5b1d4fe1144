import { z } from 'zod';
import { connection, tenantId } from '#contracts';
import { serviceAccountEmail, subscriptionPath } from './google-names.js';
import { googleAnswers } from './google-setup.js';

const { shape } = connection;

const name = shape.name.regex(
  /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/,
  'must not contain control characters',
);
const audience = z
  .string()
  .regex(/^[\x21-\x7e]{1,2048}$/, 'must be 1 to 2048 visible ASCII characters without spaces');
const serviceAccountId = z.string().regex(/^\d{1,32}$/, 'must be the numeric id of a service account');
const quota = z.strictObject({ eventsPerSecond: shape.quota.shape.eventsPerSecond });

/** Body of POST. */
export const newConnection = z.strictObject({
  tenantId,
  name,
  google: googleAnswers,
  quota: quota.default({ eventsPerSecond: 1_000 }),
  serviceAccountId: serviceAccountId.optional(),
  audience: audience.optional().describe('The push URL when absent.'),
});

export type NewConnection = z.infer<typeof newConnection>;

/** Body of PATCH: what is absent stays. */
export const connectionChanges = z.strictObject({
  name: name.optional(),
  state: shape.state.optional(),
  quota: quota.optional(),
  serviceAccountEmail: serviceAccountEmail.optional(),
  serviceAccountId: serviceAccountId
    .nullable()
    .optional()
    .describe('null pins the next account that pushes.'),
  subscription: subscriptionPath.optional(),
  audience: audience.optional(),
});

export type ConnectionChanges = z.infer<typeof connectionChanges>;

/** Answer of POST, PATCH and GET of one connection. */
export const connectionAnswer = z.object({
  connection,
  pushUrl: z.url(),
  setup: z
    .object({ terraform: z.string(), gcloud: z.string() })
    .nullable()
    .describe('Ready to run; null for a connection whose Google names are not known.'),
});

export type ConnectionAnswer = z.infer<typeof connectionAnswer>;

/** Answer of GET of all connections. */
export const connectionList = z.object({ connections: z.array(connection) });

export type ConnectionList = z.infer<typeof connectionList>;

/** RFC 9457; `code` is stable, `errors` names each field that is wrong. */
export const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Problem = z.infer<typeof problem>;
