import { AuditTraffic, Random } from '#tools/local-google';
import type { Target } from './options.js';
import { fillTemplate, requestTemplate, runDigits } from './push-request.js';

/** Bounds the memory of the templates, at some 4 KB each, when there are many targets. */
const maxTemplates = 4096;
const maxTemplatesPerTarget = 64;

export type RequestSource = { maxBytes: number; next: (into: Buffer) => Buffer };

/** Seeded, endless and distinct push requests to the targets, shared out by their weights. */
export function requestSource(of: { targets: readonly Target[]; host: string; seed: number }): RequestSource {
  const perTarget = Math.max(
    1,
    Math.min(maxTemplatesPerTarget, Math.floor(maxTemplates / of.targets.length)),
  );
  // Google's message ids are int64: no zero stands first, and nineteen digits may not be too many.
  const first = 10 ** (runDigits - 1);
  const run = String(first + ((of.seed >>> 0) % (8 * first)));
  const startMs = Date.now();
  const templates = of.targets.map((target, index) => {
    const traffic = new AuditTraffic({ seed: of.seed + index, tenant: `load-${index}`, malformedShare: 0 });
    return Array.from({ length: perTarget }, (_, n) =>
      requestTemplate(traffic.next(startMs + n).data.toString(), target, of.host, run),
    );
  });
  let total = 0;
  const upTo = of.targets.map(({ weight }) => (total += weight));
  const random = new Random(of.seed);
  let number = 0;
  return {
    maxBytes: Math.max(...templates.flat().map(({ bytes }) => bytes.length)),
    next: (into) => {
      const target = firstAbove(upTo, random.unit() * total);
      return fillTemplate(random.pick(templates[target] ?? []), number++, into);
    },
  };
}

/** The first index whose bound is above the value, by halving. */
function firstAbove(bounds: readonly number[], value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
