import { Counter, type Registry } from 'prom-client';
import type { Understood } from './understand.js';

/** What the enricher counts: every event of every batch is an event, a duplicate or quarantined. */
export class EnricherMetrics {
  private readonly events;
  private readonly quarantined;
  readonly duplicates;
  readonly dedupeSkipped;
  readonly dedupeErrors;
  readonly contested;

  constructor(registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'floodgate_enricher_events_total',
      help: 'Events understood and handed on, by log type.',
      labelNames: ['log_type'],
      registers,
    });
    this.quarantined = new Counter({
      name: 'floodgate_enricher_quarantined_total',
      help: 'Events handed on to the quarantine, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.duplicates = new Counter({
      name: 'floodgate_enricher_duplicates_total',
      help: 'Events dropped because their message was handed on before.',
      registers,
    });
    this.dedupeSkipped = new Counter({
      name: 'floodgate_enricher_dedupe_skipped_total',
      help: 'Events delivered without a look for duplicates, because the store was away.',
      registers,
    });
    this.contested = new Counter({
      name: 'floodgate_enricher_contested_total',
      help: 'Batches that waited for another in work that holds the same message.',
      registers,
    });
    this.dedupeErrors = new Counter({
      name: 'floodgate_enricher_dedupe_errors_total',
      help: 'Calls to the store of seen messages that failed.',
      registers,
    });
  }

  understood(outcome: Understood): void {
    if (outcome.kind === 'events') this.events.inc({ log_type: outcome.logType });
    else this.quarantined.inc({ reason: outcome.reason });
  }
}
