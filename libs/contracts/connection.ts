import { z } from 'zod';

/** A tenant id becomes part of S3 keys, Terraform names and shell words, so its alphabet is small. */
export const tenantId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and "-", and must not start with "-"');

/** `projects/<project>/subscriptions/<name>`, as Pub/Sub itself writes it. */
export const subscriptionName = z
  .string()
  .regex(
    /^projects\/[a-z0-9.:-]{1,100}\/subscriptions\/[A-Za-z][A-Za-z0-9._~+%-]{2,254}$/,
    'must be projects/PROJECT/subscriptions/NAME',
  );

/** One Google Cloud organisation, folder or project linked to a tenant. */
export const connection = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]{22,64}$/),
  tenantId,
  name: z.string().min(1).max(100),
  serviceAccountEmail: z.email().max(254),
  /** The account's numeric id; pinned by the first valid push when the customer did not give it. */
  serviceAccountId: z
    .string()
    .regex(/^\d{1,32}$/)
    .optional(),
  audience: z.string().min(1).max(2048),
  subscription: subscriptionName,
  state: z.enum(['active', 'paused']),
  quota: z.object({ eventsPerSecond: z.int().min(1).max(1_000_000) }),
  createdAt: z.iso.datetime(),
});

export type Connection = z.infer<typeof connection>;
