import { Logger } from '@nestjs/common';

type AuditedAction = 'connection.created' | 'connection.changed' | 'connection.deleted';

/** Who a change comes from; the admin token is the only identity there is, so the address tells more. */
export type Actor = { ip: string };

/** One line for each change of the registry. JSON keeps what callers sent from forging lines. */
export class AuditTrail {
  private readonly logger = new Logger('Audit');

  record(
    action: AuditedAction,
    actor: Actor,
    connectionId: string,
    what: Record<string, unknown> = {},
  ): void {
    const line = { at: new Date().toISOString(), action, by: 'admin', from: actor.ip, connectionId, ...what };
    this.logger.log(JSON.stringify(line));
  }
}
