import { expect, it } from '@jest/globals';
import { rows, runRow } from './index.js';

/** The rows that take seconds; all of them are run by `floodgate faults`. */
const quick = [6, 14, 16, 17];

for (const row of rows.filter(({ number }) => quick.includes(number))) {
  const missing = row.missing?.();
  const name = `row ${String(row.number)} of the fault plan holds: ${row.title}`;
  (missing === undefined ? it : it.skip)(
    missing === undefined ? name : `${name} (${missing})`,
    async () => {
      const { problems, verdict } = await runRow(row, { seed: 1, isFull: false });
      expect(problems).toEqual([]);
      expect(verdict?.acknowledged).toBeGreaterThan(100);
    },
    120_000,
  );
}
