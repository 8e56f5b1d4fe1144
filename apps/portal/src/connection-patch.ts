import type { ConnectionPatch } from '#connections';
import type { Connection } from '#contracts';
import type { ConnectionChanges } from './connection-api.js';
import { emailOf, parseSubscription } from './google-names.js';
import { InvalidRequest } from './problems.js';

type Identity = Pick<Connection, 'serviceAccountEmail' | 'subscription'>;

/**
 * The patch that a request asks for. Another account has another numeric id, so a new address takes
 * the pin away. @throws InvalidRequest when account and subscription would be of different projects.
 */
export function patchFor(current: Identity, changes: ConnectionChanges): ConnectionPatch {
  const { serviceAccountEmail = current.serviceAccountEmail, subscription = current.subscription } = changes;
  const sameAccount = serviceAccountEmail === current.serviceAccountEmail;
  if (!sameAccount || subscription !== current.subscription)
    refuseForeign({ serviceAccountEmail, subscription });
  const keepsPin = sameAccount || changes.serviceAccountId !== undefined;
  return keepsPin ? changes : { ...changes, serviceAccountId: null };
}

/** Pub/Sub signs only as accounts of the subscription's own project. */
function refuseForeign({ serviceAccountEmail, subscription }: Identity): void {
  const project = parseSubscription(subscription)?.projectId;
  if (project !== undefined && serviceAccountEmail.endsWith(emailOf('', project))) return;
  const message = `must be an account of the subscription's project${project === undefined ? '' : `, ${project}`}`;
  throw new InvalidRequest([{ path: 'serviceAccountEmail', message }]);
}
