import { z } from 'zod';

// Google's own rules for the names that the set-up creates or refers to.

const projectIdPattern = /^(?:[a-z0-9.-]{1,63}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/;
const accountPattern = /[a-z][a-z0-9-]{4,28}[a-z0-9]/;
const resourcePattern = /^(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}$/;

export const projectId = z.string().regex(projectIdPattern, 'must be a Google Cloud project id');

export const organizationId = z.string().regex(/^\d{1,19}$/, 'must be the numeric id of an organization');

export const folderId = z.string().regex(/^\d{1,19}$/, 'must be the numeric id of a folder');

/** Name of a topic or of a subscription. */
export const pubsubName = z
  .string()
  .regex(
    resourcePattern,
    'must be 3 to 255 of A-Z, a-z, 0-9 and "-._~+%", start with a letter and not with "goog"',
  );

export const sinkName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be 1 to 100 of A-Z, a-z, 0-9 and "-._"');

export const serviceAccountName = z
  .string()
  .regex(
    new RegExp(`^${accountPattern.source}$`),
    'must be 6 to 30 of a-z, 0-9 and "-", and start with a letter',
  );

/** The address of a service account that customers make themselves. */
export const serviceAccountEmail = z
  .string()
  .max(254)
  .regex(
    new RegExp(`^${accountPattern.source}@[a-z0-9.-]{6,200}\\.iam\\.gserviceaccount\\.com$`),
    'must be NAME@PROJECT.iam.gserviceaccount.com',
  );

export const subscriptionPath = z
  .string()
  .refine((path) => parseSubscription(path) !== undefined, 'must be projects/PROJECT/subscriptions/NAME');

export function parseSubscription(path: string): { projectId: string; name: string } | undefined {
  const [projects, project = '', subscriptions, name = '', ...rest] = path.split('/');
  if (projects !== 'projects' || subscriptions !== 'subscriptions' || rest.length > 0) return undefined;
  if (!projectIdPattern.test(project) || !resourcePattern.test(name)) return undefined;
  return { projectId: project, name };
}

/** A project `example.com:logs` has accounts at `logs.example.com.iam.gserviceaccount.com`. */
export function emailOf(account: string, project: string): string {
  const domain = project.split(':').reverse().join('.');
  return `${account}@${domain}.iam.gserviceaccount.com`;
}
