import type { ConnectionDirectory } from '#connections';
import type { Probes } from '#observability';
import type { JobPublisher } from '#queue-transport';
import { durabilityProblems, readDurabilitySettings, type Redis } from '#redis';
import type { GoogleKeys } from './google-keys.js';
import type { ReceiverConfig } from './receiver.config.js';

/** What must be there before a push can be answered 204, and what to change when it is not. */
export class Readiness {
  constructor(
    probes: Probes,
    directory: ConnectionDirectory,
    keys: GoogleKeys,
    publisher: JobPublisher,
    private readonly redis: Redis,
    { DURABILITY, OIDC_JWKS_URL }: Pick<ReceiverConfig, 'DURABILITY' | 'OIDC_JWKS_URL'>,
  ) {
    probes.ready('redis', () => (publisher.isConnected ? undefined : 'not connected'));
    probes.ready('connections', () => (directory.isLoaded ? undefined : 'not loaded yet'));
    probes.ready('google keys', () => (keys.areLoaded ? undefined : `not fetched yet from ${OIDC_JWKS_URL}`));
    if (DURABILITY !== 'relaxed') probes.ready('durability', () => this.durability());
  }

  private async durability(): Promise<string | undefined> {
    const problems = durabilityProblems(await readDurabilitySettings(this.redis));
    return problems.length === 0 ? undefined : `${problems.join('; ')}; or set DURABILITY=relaxed`;
  }
}
