import { expect, it } from '@jest/globals';
import { rows, runRow } from './index.js';

/** The rows that take seconds; all of them are run by `floodgate faults`. */
const quick = [5, 13, 14, 16, 17];

it.each(
  rows.filter(({ number }) => quick.includes(number)).map((row) => [row.number, row.title, row] as const),
)(
  'row %i of the fault plan holds: %s',
  async (_number, _title, row) => {
    const { problems, verdict } = await runRow(row, { seed: 1, isFull: false });
    expect(problems).toEqual([]);
    expect(verdict?.acknowledged).toBeGreaterThan(100);
  },
  120_000,
);
