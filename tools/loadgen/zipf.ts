/** What the tenant of this rank, from 1, pushes relative to the first, as Zipf's law has it; 0 makes all equal. */
export function zipfWeight(rank: number, exponent: number): number {
  return 1 / rank ** exponent;
}
