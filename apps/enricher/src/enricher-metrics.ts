import { Counter, Gauge, type Registry } from 'prom-client';
import type { Understood } from './understand.js';

/** What the enricher counts: every event of every batch is an event, a duplicate or quarantined. */
export class EnricherMetrics {
  private readonly events;
  private readonly categories;
  private readonly redacted;
  private readonly quarantined;
  readonly networkDatabase;
  readonly networkProblems;
  readonly duplicates;
  readonly dedupeSkipped;
  readonly dedupeErrors;
  readonly contested;
  readonly held;

  constructor(registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'floodgate_enricher_events_total',
      help: 'Events understood and handed on, by log type.',
      labelNames: ['log_type'],
      registers,
    });
    this.categories = new Counter({
      name: 'floodgate_enricher_categories_total',
      help: 'Events by the kind of action that they tell of; `unknown` is what no rule knows.',
      labelNames: ['category'],
      registers,
    });
    this.redacted = new Counter({
      name: 'floodgate_enricher_redacted_total',
      help: 'Secrets hidden before anything was handed on, by rule.',
      labelNames: ['rule'],
      registers,
    });
    this.networkDatabase = new Gauge({
      name: 'floodgate_enricher_network_database_built_seconds',
      help: 'When each network database in use was built, in Unix seconds; 0 while its file is absent.',
      labelNames: ['file'],
      registers,
    });
    this.networkProblems = new Counter({
      name: 'floodgate_enricher_network_database_errors_total',
      help: 'Network databases or records of them that could not be read; what was loaded before stays in use.',
      labelNames: ['file'],
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
    this.held = new Gauge({
      name: 'floodgate_enricher_held',
      help: '1 while no batches are taken because the deliverer is far behind, else 0.',
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

  /** Counts what became of a batch: a counter looks its labels up by their text, so each is asked for once. */
  understood(outcomes: readonly Understood[]): void {
    const events = outcomes.filter((outcome) => outcome.kind === 'events');
    const quarantined = outcomes.filter((outcome) => outcome.kind === 'quarantine');
    for (const [log_type, count] of tally(events.map(({ logType }) => logType)))
      this.events.inc({ log_type }, count);
    for (const [category, count] of tally(events.map((event) => event.category)))
      this.categories.inc({ category }, count);
    for (const [reason, count] of tally(quarantined.map((event) => event.reason)))
      this.quarantined.inc({ reason }, count);
    for (const { redacted } of events)
      for (const [rule, count] of redacted ?? []) this.redacted.inc({ rule }, count);
  }
}

/** How often each text comes. */
function tally(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
