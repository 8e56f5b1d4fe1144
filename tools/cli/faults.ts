import { Command, InvalidArgumentError } from 'commander';
import { thisMachine } from '#tools/bench';
import { rows, runRow, sabotages, type RowResult, type RunOptions } from '#tools/faults';
import { numbers } from './duration.js';
import { endsWhenTold } from './ended.js';

type FaultsOptions = {
  only?: number[];
  seed: number[];
  full: boolean;
  cluster: boolean;
  sabotage?: true | string[];
  json: boolean;
};

export function faultsCommand(): Command {
  return new Command('faults')
    .description('Break everything that can break, under load, and show that nothing acknowledged is lost.')
    .option('--only <rows>', 'only these rows, such as 6 or 1,2,11', knownRows)
    .option('--seed <numbers>', 'each decides every event and every moment; a run for each', numbers, [1])
    .option('--full', 'long faults in their real length: hours', false)
    .option('--cluster', 'on a Redis Cluster of three masters, instead of one Redis', false)
    .option('--sabotage [names]', 'check the checks: break a promise, and see its row fail', knownSabotages)
    .option('--json', 'print the results as JSON', false)
    .addHelpText(
      'after',
      `
Each row runs on a platform of its own: a real Redis, the real apps, the local Google and AWS.
With --cluster, rows that bring a Redis of their own kind are skipped; where Redis fails, one master does.
It exits 1 when a row does not hold; with --sabotage, when a row holds all the same.

Rows:
${rows.map(({ number, title }) => `  ${String(number).padStart(2)}  ${title}`).join('\n')}

Sabotages:
${sabotages.map(({ name, breaks, row }) => `  ${name.padEnd(10)}  ${breaks} (row ${String(row)})`).join('\n')}

Examples:
  npx floodgate faults
  npx floodgate faults --only 1,2,3 --seed 7
  npx floodgate faults --cluster
  npx floodgate faults --sabotage`,
    )
    .hook('preAction', endsWhenTold)
    .action(faults);
}

function knownRows(list: string): number[] {
  const known = rows.map(({ number }) => number);
  return eachOf(known, numbers(list), 'row');
}

function knownSabotages(list: string): string[] {
  const chosen = list.split(',').map((name) => name.trim());
  const known = sabotages.map(({ name }) => name);
  return eachOf(known, chosen, 'sabotage');
}

function eachOf<Value>(known: readonly Value[], chosen: Value[], what: string): Value[] {
  const unknown = chosen.filter((one) => !known.includes(one));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no ${what} ${unknown.join(', ')}.`);
  return chosen;
}

async function faults(given: FaultsOptions): Promise<void> {
  const { only, seed: seeds, full: isFull, cluster: isCluster, sabotage, json } = given;
  const planned = seeds.flatMap((seed) =>
    sabotage === undefined
      ? plannedRows(only, { seed, isFull, isCluster })
      : plannedSabotages(sabotage, { seed, isFull, isCluster }),
  );
  const results: Outcome[] = [];
  for (const { row, options } of planned) {
    const title = options.sabotage ? `${row.title}, while ${options.sabotage.breaks}` : row.title;
    console.error(`floodgate: ${String(row.number)} ${title}, seed ${String(options.seed)} ...`);
    const result = { ...(await runRow(row, options)), title };
    results.push({ ...result, isExpected: isExpected(result, options) });
    for (const text of [...result.notes, ...result.problems.map((problem) => `PROBLEM ${problem}`)]) {
      console.error(`           ${text}`);
    }
  }
  console.log(json ? JSON.stringify({ machine: thisMachine(), results }, undefined, 2) : table(results));
  process.exitCode = results.every((result) => result.isExpected) ? 0 : 1;
}

type Planned = { row: (typeof rows)[number]; options: RunOptions };
type Outcome = RowResult & { isExpected: boolean };

function plannedRows(only: number[] | undefined, options: RunOptions): Planned[] {
  return rows.filter(({ number }) => only?.includes(number) ?? true).map((row) => ({ row, options }));
}

function plannedSabotages(chosen: true | string[], options: RunOptions): Planned[] {
  return sabotages
    .filter(({ name }) => chosen === true || chosen.includes(name))
    .flatMap((sabotage) =>
      rows
        .filter(({ number }) => number === sabotage.row)
        .map((row) => ({ row, options: { ...options, sabotage } })),
    );
}

/** A row is to hold, but not when its promise is broken: then the judge must say so. */
function isExpected({ problems, skipped }: RowResult, { sabotage }: RunOptions): boolean {
  if (skipped !== undefined) return true;
  return sabotage === undefined ? problems.length === 0 : problems.length > 0;
}

const columns = [
  'pushed',
  'acknowledged',
  'landed',
  'quarantined',
  'held',
  'duplicates',
  'lost',
  'foreign',
  'corrupt',
] as const;

/** A Markdown table, to be kept as it is. */
function table(results: readonly Outcome[]): string {
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
