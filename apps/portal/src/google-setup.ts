import { z } from 'zod';
import type { Connection } from '#contracts';
import {
  emailOf,
  folderId,
  organizationId,
  parseSubscription,
  projectId,
  pubsubName,
  serviceAccountName,
  sinkName,
} from './google-names.js';

export const scopes = ['organization', 'folder', 'project'] as const;

/** What the scripts need and the connection itself does not say. */
export const setupInputs = z.object({
  scope: z.enum(scopes),
  scopeId: z.string(),
  topic: pubsubName,
  sink: sinkName,
});

export type SetupInputs = z.infer<typeof setupInputs>;

const resources = {
  projectId: projectId.describe('Project that gets the topic, the subscription and the service account.'),
  topic: pubsubName.default('floodgate-audit'),
  subscription: pubsubName.default('floodgate-audit'),
  sink: sinkName.default('floodgate-audit'),
  serviceAccount: serviceAccountName.default('floodgate-push'),
};

/** What the customer says of their Google Cloud; `scope` is what the sink listens to. */
export const googleAnswers = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('organization'), scopeId: organizationId, ...resources }),
  z.strictObject({ scope: z.literal('folder'), scopeId: folderId, ...resources }),
  z.strictObject({ scope: z.literal('project'), scopeId: projectId, ...resources }),
]);

/** Everything that the two scripts say, in one place. */
export type SetupPlan = SetupInputs & {
  projectId: string;
  subscription: string;
  serviceAccount: string;
  serviceAccountEmail: string;
  pushUrl: string;
  audience: string;
};

/** `undefined` when the connection's names are not ones that a script could create. */
export function planSetup(
  connection: Pick<Connection, 'subscription' | 'serviceAccountEmail' | 'audience'>,
  inputs: SetupInputs,
  pushUrl: string,
): SetupPlan | undefined {
  const subscription = parseSubscription(connection.subscription);
  const [serviceAccount = ''] = connection.serviceAccountEmail.split('@');
  if (subscription === undefined || !serviceAccountName.safeParse(serviceAccount).success) return undefined;
  if (emailOf(serviceAccount, subscription.projectId) !== connection.serviceAccountEmail) return undefined;
  return {
    ...inputs,
    projectId: subscription.projectId,
    subscription: subscription.name,
    serviceAccount,
    serviceAccountEmail: connection.serviceAccountEmail,
    pushUrl,
    audience: connection.audience,
  };
}

/** The logs of Cloud Audit Logs and Access Transparency; each id in full, so that no other log passes. */
export const auditLogFilter = ['activity', 'data_access', 'system_event', 'policy', 'access_transparency']
  .map((log) => `log_id("cloudaudit.googleapis.com/${log}")`)
  .join(' OR ');

/** APIs that the set-up calls or that its resources need. */
export const requiredApis = [
  'cloudresourcemanager.googleapis.com',
  'iam.googleapis.com',
  'logging.googleapis.com',
  'pubsub.googleapis.com',
];

/**
 * How Pub/Sub should push. An outage of hours must cost nothing, so what is not acknowledged is kept
 * for a week, and no dead-letter topic takes it away after a few attempts.
 */
export const pushPolicy = {
  ackDeadlineSeconds: 60,
  retentionSeconds: 7 * 24 * 60 * 60,
  minBackoffSeconds: 10,
  maxBackoffSeconds: 600,
} as const;
