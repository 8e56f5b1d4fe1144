import { hash } from 'node:crypto';

/**
 * The stream a tenant's lines go to: the highest score of all pairs wins, so that adding or removing
 * a stream moves only the tenants of that stream.
 */
export function streamOf(tenantId: string, streams: readonly string[]): string {
  let best: { stream: string; score: string } | undefined;
  for (const stream of streams) {
    const score = hash('sha256', `${stream} ${tenantId}`, 'hex');
    if (!best || score > best.score) best = { stream, score };
  }
  if (!best) throw new RangeError('there is no stream');
  return best.stream;
}
