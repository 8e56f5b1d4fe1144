import { Logger } from '@nestjs/common';
import { newConnectionId, type ConnectionNotes, type ConnectionStore } from '#connections';
import { TransientError, type Connection } from '#contracts';
import type { AuditTrail, Actor } from './audit-trail.js';
import type { ConnectionAnswer, ConnectionChanges, NewConnection } from './connection-api.js';
import { gcloudSetup } from './gcloud.js';
import { patchFor } from './connection-patch.js';
import { emailOf } from './google-names.js';
import { planSetup, type SetupInputs } from './google-setup.js';
import { terraformSetup } from './terraform.js';

/** What the API does: the registry, the set-up inputs beside it, and a line in the audit trail. */
export class Connections {
  private readonly logger = new Logger('Portal');

  constructor(
    private readonly store: ConnectionStore,
    private readonly setups: ConnectionNotes<SetupInputs>,
    private readonly audit: AuditTrail,
    private readonly pushUrlOf: (connectionId: string) => string,
  ) {}

  list(): Promise<Connection[]> {
    return this.store.list();
  }

  async find(id: string): Promise<ConnectionAnswer | undefined> {
    const connection = await this.store.get(id);
    return connection && this.answer(connection);
  }

  async create(
    { google, audience, serviceAccountId, ...rest }: NewConnection,
    by: Actor,
  ): Promise<ConnectionAnswer> {
    const id = newConnectionId();
    const { scope, scopeId, topic, sink } = google;
    await this.setups.save(id, { scope, scopeId, topic, sink });
    const connection = await this.store.create({
      ...rest,
      id,
      audience: audience ?? this.pushUrlOf(id),
      subscription: `projects/${google.projectId}/subscriptions/${google.subscription}`,
      serviceAccountEmail: emailOf(google.serviceAccount, google.projectId),
      ...(serviceAccountId === undefined ? {} : { serviceAccountId }),
    });
    this.audit.record('connection.created', by, id, { connection });
    return this.answer(connection);
  }

  async change(id: string, changes: ConnectionChanges, by: Actor): Promise<ConnectionAnswer | undefined> {
    const changed = await this.store.update(id, (current) => patchFor(current, changes));
    if (changed === undefined) return undefined;
    this.audit.record('connection.changed', by, id, { tenantId: changed.tenantId, changes });
    return this.answer(changed);
  }

  /** False for an unknown id. */
  async delete(id: string, by: Actor): Promise<boolean> {
    const deleted = await this.store.delete(id);
    await this.setups.delete(id);
    if (deleted) this.audit.record('connection.deleted', by, id);
    return deleted;
  }

  private async answer(connection: Connection): Promise<ConnectionAnswer> {
    const pushUrl = this.pushUrlOf(connection.id);
    const inputs = await this.inputsOf(connection.id);
    const plan = inputs && planSetup(connection, inputs, pushUrl);
    return {
      connection,
      pushUrl,
      setup: plan ? { terraform: terraformSetup(plan), gcloud: gcloudSetup(plan) } : null,
    };
  }

  private async inputsOf(connectionId: string): Promise<SetupInputs | undefined> {
    try {
      return await this.setups.find(connectionId);
    } catch (error) {
      if (error instanceof TransientError) throw error;
      this.logger.warn(`The set-up inputs of connection ${connectionId} are unreadable: ${String(error)}`);
      return undefined;
    }
  }
}
