import { Command } from 'commander';
import { thisMachine } from '#tools/bench';
import { rows, runRow, type RowResult } from '#tools/faults';
import { numbers, positive } from './duration.js';

type FaultsOptions = { only?: number[]; seed: number; full: boolean; json: boolean };

export function faultsCommand(): Command {
  return new Command('faults')
    .description('Break everything that can break, under load, and show that nothing acknowledged is lost.')
    .option('--only <rows>', 'only these rows, such as 6 or 1,2,11', numbers)
    .option('--seed <number>', 'decides every event and every moment', positive, 1)
    .option('--full', 'long faults in their real length: hours', false)
    .option('--json', 'print the results as JSON', false)
    .addHelpText(
      'after',
      `
Each row runs on a platform of its own: a real Redis, the real apps, the local Google and AWS.
It exits 1 when a row does not hold.

Rows:
${rows.map(({ number, title, skipped }) => `  ${String(number).padStart(2)}  ${title}${skipped === undefined ? '' : ` (skipped: ${skipped})`}`).join('\n')}

Examples:
  npx floodgate faults
  npx floodgate faults --only 1,2,3 --seed 7`,
    )
    .action(faults);
}

async function faults({ only, seed, full, json }: FaultsOptions): Promise<void> {
  const chosen = rows.filter(({ number }) => only?.includes(number) ?? true);
  if (chosen.length === 0) throw new Error('there is no such row; see --help');
  const results: RowResult[] = [];
  for (const row of chosen) {
    console.error(`floodgate: ${String(row.number)} ${row.title} ...`);
    const result = await runRow(row, seed, full);
    results.push(result);
    for (const text of [...result.notes, ...result.problems.map((problem) => `PROBLEM ${problem}`)]) {
      console.error(`           ${text}`);
    }
  }
  const isHeld = results.every(({ problems }) => problems.length === 0);
  console.log(json ? JSON.stringify({ machine: thisMachine(), results }, undefined, 2) : table(results));
  process.exitCode = isHeld ? 0 : 1;
}

const columns = [
  'pushed',
  'acknowledged',
  'landed',
  'quarantined',
  'duplicates',
  'lost',
  'foreign',
  'corrupt',
] as const;

/** A Markdown table, to be kept as it is. */
function table(results: readonly RowResult[]): string {
  const titles = ['row', 'fault', 'seed', ...columns, 'recovers in', 'holds'];
  const lines = results.map(({ number, title, seed, verdict, recoverSeconds, problems, skipped }) => [
    String(number),
    title,
    String(seed),
    ...columns.map((column) => (verdict ? String(verdict[column]) : '')),
    recoverSeconds === undefined ? '' : `${recoverSeconds.toFixed(1)} s`,
    skipped === undefined ? (problems.length === 0 ? 'yes' : 'NO') : 'skipped',
  ]);
  const all = [titles, titles.map(() => '---'), ...lines];
  const { cpu, cores, node, commit, date } = thisMachine();
  const machine = `${cpu}, ${String(cores)} cores, Node ${node}, commit ${commit}, ${date}`;
  return `${all.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n${machine}`;
}
