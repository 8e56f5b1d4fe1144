/**
 * Shares what a record is billed among its slices, by their bytes: whole bytes that add up to all of it.
 * Each share is exact to a byte, for it is the difference of two rounded running sums.
 */
export function billedShares(sliceBytes: readonly number[], billedBytes: number): number[] {
  const all = sliceBytes.reduce((sum, bytes) => sum + bytes, 0);
  let soFar = 0;
  let shared = 0;
  return sliceBytes.map((bytes) => {
    soFar += bytes;
    const upToHere = Math.floor((soFar * billedBytes) / all);
    const share = upToHere - shared;
    shared = upToHere;
    return share;
  });
}
