import { Random } from './audit-traffic-random.js';

const dayMs = 86_400_000;
const slotMs = 60_000;
const peakHourUtc = 14;
/** The rate swings this far above and below its daily mean. */
const swing = 0.5;
const burstShare = 0.03;
const burst = { least: 2, most: 6 };
const meanOfSlots = 1 + burstShare * ((burst.least + burst.most) / 2 - 1);

/** Events per second at a moment: a day's curve with bursts of a minute; its mean is near `baseRate`. */
export function rateAt(nowMs: number, baseRate: number, seed: number): number {
  const sincePeak = (nowMs % dayMs) / dayMs - peakHourUtc / 24;
  const curve = 1 + swing * Math.cos(2 * Math.PI * sincePeak);
  const slot = new Random(Math.imul(Math.floor(nowMs / slotMs), 0x9e3779b1) ^ seed);
  const factor = slot.chance(burstShare) ? burst.least + slot.unit() * (burst.most - burst.least) : 1;
  return (baseRate * curve * factor) / meanOfSlots;
}
