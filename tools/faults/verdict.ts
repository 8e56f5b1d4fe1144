/** What was published for one tenant, by its text, and whether Google holds an acknowledgement for it. */
export type Published = ReadonlyMap<string, { isAcknowledged: boolean; isOptional?: boolean }>;

/** What was read back under one tenant's prefix. */
export type Found = {
  events: readonly string[];
  quarantined: readonly string[];
  /** In jobs that failed for good, which keep what they hold. */
  held?: readonly string[];
};

/** How a fault went. `lost`, `foreign` and `corrupt` must be 0; duplicates are allowed, and reported. */
export type Verdict = {
  pushed: number;
  acknowledged: number;
  landed: number;
  quarantined: number;
  held: number;
  duplicates: number;
  /** Acknowledged, and neither landed nor in quarantine nor held. */
  lost: number;
  /** Landed under another tenant's prefix. */
  foreign: number;
  /** Landed, but nobody has published these bytes. */
  corrupt: number;
};

/** Holds what was published against what landed, tenant by tenant. */
export function verdict(
  published: ReadonlyMap<string, Published>,
  found: ReadonlyMap<string, Found>,
): Verdict {
  const total = { pushed: 0, acknowledged: 0, landed: 0, quarantined: 0, held: 0, duplicates: 0 };
  const wrong = { lost: 0, foreign: 0, corrupt: 0 };
  for (const [tenant, texts] of published) {
    const { events, quarantined, held = [] } = found.get(tenant) ?? { events: [], quarantined: [] };
    const [landed, kept, waiting] = [new Set(events), new Set(quarantined), new Set(held)];
    for (const [text, { isAcknowledged, isOptional }] of texts) {
      if (isOptional === true) continue;
      total.pushed += 1;
      if (!isAcknowledged) continue;
      total.acknowledged += 1;
      if (!landed.has(text) && !kept.has(text) && !waiting.has(text)) wrong.lost += 1;
    }
    total.landed += landed.size;
    total.quarantined += kept.size;
    total.held += waiting.size;
    total.duplicates += events.length - landed.size;
    for (const text of [...landed, ...kept, ...waiting]) {
      if (texts.has(text)) continue;
      if ([...published.values()].some((others) => others.has(text))) wrong.foreign += 1;
      else wrong.corrupt += 1;
    }
  }
  return { ...total, ...wrong };
}
