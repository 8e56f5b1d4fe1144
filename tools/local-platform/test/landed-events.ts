import { originalEntry, quarantineLine } from '#contracts';
import type { LandedObject } from '../index.js';

const tenantOf = /^\{"tenant_id":"([^"]+)"|"tenant_uid":"([^"]+)"/;

/** What has landed, with the original bytes as text, by the tenant whose prefix it lies under. */
export class LandedEvents {
  private readonly events = new Map<string, string[]>();
  private readonly quarantined = new Map<string, Set<string>>();

  readonly add = ({ key, lines }: LandedObject): void => {
    const [, kind, tenant = ''] = /^(events|quarantine)\/tenant=([^/]+)\//.exec(key) ?? [];
    for (const line of lines) {
      if (kind === 'quarantine') {
        const { tenant_id, data_base64, message_id } = quarantineLine.parse(JSON.parse(line));
        if (tenant_id !== tenant) throw new Error(`${tenant_id} in quarantine of ${tenant}`);
        const known = this.quarantined.get(tenant) ?? new Set();
        this.quarantined.set(tenant, known.add(`${message_id} ${data_base64}`));
        continue;
      }
      const [, flat, nested] = tenantOf.exec(line) ?? [];
      const tenantId = flat ?? nested;
      if (tenantId !== tenant) throw new Error(`${String(tenantId)} in ${key}`);
      this.events.set(tenant, [...(this.events.get(tenant) ?? []), originalEntry(line) ?? '']);
    }
  };

  /** Original entries, as often as they landed, in an order of no meaning. */
  of(tenant: string): string[] {
    return [...(this.events.get(tenant) ?? [])].sort();
  }

  /** `<message id> <base64 of the original>` of each quarantined message. */
  quarantineOf(tenant: string): string[] {
    return [...(this.quarantined.get(tenant) ?? [])].sort();
  }
}
