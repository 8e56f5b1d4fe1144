import { Logger } from '@nestjs/common';
import { TransientError, type Connection } from '#contracts';
import type { ConnectionDirectory } from '#connections';
import type { JobPublisher } from '#queue-transport';
import type { Admission } from './admission.js';
import type { GoogleKeys } from './google-keys.js';
import { readPush, type Push } from './push-body.js';
import { bearerToken, type PushIdentity, type PushTokens } from './push-token.js';
import type { ReceivedBatches } from './received-batches.js';
import type { ReceiverMetrics } from './receiver-metrics.js';
import { refusals, type Refusal } from './refusals.js';
import { maxBodyBytes, type RequestBody } from './request-body.js';
import type { PushHeaders } from './request-head.js';

/** A push whose head was read, and whose body may still be on the wire. */
export type PushRequest = {
  headers: PushHeaders;
  /** As announced; `undefined` where it is not. */
  bodyBytes: number | undefined;
  /** Reads the body. @throws when the client goes away before its end. */
  body: () => RequestBody | Promise<RequestBody>;
};

/**
 * Pub/Sub's webhook. Answers 204 only when Redis has the event on disk; every other answer makes
 * Google send the push again. Checks go from cheap to dear, and the body is read after all that need none.
 */
export class PushRoute {
  private readonly logger = new Logger(PushRoute.name);

  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly keys: GoogleKeys,
    private readonly tokens: PushTokens,
    private readonly admission: Admission,
    private readonly publisher: JobPublisher,
    private readonly batches: ReceivedBatches,
    private readonly metrics: ReceiverMetrics,
  ) {}

  /** Takes one push and gives its answer's status. Never rejects. */
  async push(connectionId: string, request: PushRequest): Promise<number> {
    const startedMs = performance.now();
    const connection = this.directory.find(connectionId);
    let refusal: Refusal | undefined;
    try {
      refusal = connection ? await this.take(request, connection) : 'unknown_connection';
    } catch (error) {
      refusal = this.blame(error);
    }
    if (refusal === undefined) {
      this.metrics.acknowledge(connectionId, (performance.now() - startedMs) / 1_000);
      return 204;
    }
    this.metrics.refuse(refusal, connection?.id);
    return refusals[refusal];
  }

  /** Takes one push of a known connection; `undefined` means that it is durable. */
  private async take(request: PushRequest, connection: Connection): Promise<Refusal | undefined> {
    if (!this.publisher.isConnected) return 'redis_unavailable';
    if (request.headers['content-encoding'] !== undefined) return 'content_encoding';
    const { authorization = '' } = request.headers;
    const identity =
      this.tokens.recall(authorization, connection, Date.now()) ?? (await this.identify(request, connection));
    if (typeof identity === 'string') return identity;
    if (connection.state === 'paused') return 'connection_paused';
    const heldBytes = Math.min(request.bodyBytes ?? maxBodyBytes, maxBodyBytes);
    const refusal = this.admission.refusal(connection, heldBytes, Date.now());
    if (refusal !== undefined) return refusal;
    this.metrics.inFlightBytes.set(this.admission.bytes);
    try {
      return await this.store(request, connection);
    } finally {
      this.admission.release(connection.id, heldBytes);
      this.metrics.inFlightBytes.set(this.admission.bytes);
    }
  }

  private async identify(request: PushRequest, connection: Connection): Promise<PushIdentity | Refusal> {
    const { authorization } = request.headers;
    const token = bearerToken(authorization);
    if (token === undefined) return authorization === undefined ? 'token_missing' : 'token_malformed';
    const identity = await this.tokens.verify(token, connection);
    if (identity === 'token_key_unknown' && !this.keys.areLoaded) return 'keys_unavailable';
    if (typeof identity === 'string' || connection.serviceAccountId !== undefined) return identity;
    // An e-mail address can be deleted and made again; the first valid push pins the account's id.
    const pin = await this.directory.pin(connection.id, identity.serviceAccountId);
    return pin === 'conflict' ? 'service_account_changed' : identity;
  }

  private async store(request: PushRequest, connection: Connection): Promise<Refusal | undefined> {
    const receivedAtMs = Date.now();
    let push: Push;
    try {
      const { bytes, tooLarge } = await request.body();
      push = tooLarge
        ? {
            messageId: '',
            publishTime: '',
            subscription: undefined,
            payload: bytes,
            refused: 'body_too_large',
          }
        : readPush(request.headers, bytes);
    } catch {
      return 'body_incomplete';
    }
    if (push.subscription !== undefined && push.subscription !== connection.subscription)
      return 'subscription';
    await this.batches.add({ connection, push, receivedAtMs });
    if (push.refused !== undefined) this.metrics.quarantine(push.refused);
    return undefined;
  }

  /** The push is not stored for certain, so Google keeps it. */
  private blame(error: unknown): Refusal {
    if (error instanceof TransientError) return 'redis_unavailable';
    this.logger.error(error);
    return 'internal_error';
  }
}
