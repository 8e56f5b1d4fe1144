import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

export type GoogleKeysOptions = {
  url: string;
  onError: (error: unknown) => void;
  /** Age at which the key set is fetched again in the background. */
  refreshMs?: number;
  /** Least time between fetches that unknown key ids, or failures, ask for. */
  cooldownMs?: number;
};

const fetchTimeoutMs = 5_000;

/**
 * Google's key set: fetched in the background, kept when Google is down, and fetched for an unknown
 * key id by one caller at most once per cool-down, so that made-up tokens cost nothing.
 */
export class GoogleKeys {
  private keys: JWTVerifyGetKey | undefined;
  private refreshing: Promise<void> | undefined;
  private lastAttemptMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: GoogleKeysOptions) {}

  get areLoaded(): boolean {
    return this.keys !== undefined;
  }

  /** Fetches once and keeps fetching; resolves even when Google does not answer. */
  async start(): Promise<void> {
    const { refreshMs = 600_000, cooldownMs = 60_000 } = this.options;
    await this.refresh();
    const again = () => {
      this.timer = setTimeout(
        () => void this.refresh().then(again),
        this.keys ? refreshMs : Math.min(5_000, cooldownMs),
      );
      this.timer.unref();
    };
    again();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** jose's key lookup. @throws jose's `JWKSNoMatchingKey` when the key id is unknown even after a refresh. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await this.lookUp(header, token);
    } catch (error) {
      const cooling = performance.now() - this.lastAttemptMs < (this.options.cooldownMs ?? 60_000);
      if (!(error instanceof errors.JWKSNoMatchingKey) || (cooling && !this.refreshing)) throw error;
      await this.refresh();
      return this.lookUp(header, token);
    }
  };

  private lookUp(...[header, token]: Parameters<JWTVerifyGetKey>): ReturnType<JWTVerifyGetKey> {
    if (!this.keys) throw new errors.JWKSNoMatchingKey('the key set is not loaded yet');
    return this.keys(header, token);
  }

  private refresh(): Promise<void> {
    this.refreshing ??= this.fetch()
      .then((keys) => {
        this.keys = keys;
      }, this.options.onError)
      .finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  private async fetch(): Promise<JWTVerifyGetKey> {
    this.lastAttemptMs = performance.now();
    const response = await fetch(this.options.url, {
      redirect: 'error',
      signal: AbortSignal.timeout(fetchTimeoutMs),
    });
    if (!response.ok) throw new Error(`the key set's address answered ${String(response.status)}`);
    const keySet = (await response.json()) as JSONWebKeySet;
    if (!Array.isArray(keySet.keys) || keySet.keys.length === 0) throw new Error('the key set is empty');
    return createLocalJWKSet(keySet);
  }
}
