import { createReadStream } from 'node:fs';
import { Command, Option } from 'commander';
import { lineFormats, type EventFormat } from '#audit-log';
import { NetworkDatabase } from '#network';
import { linesOf, mapLines, problemWith } from '#tools/map';

type MapCommandOptions = { format: EventFormat; tenant: string; summary: boolean };

export function mapCommand(): Command {
  return new Command('map')
    .description('Map LogEntries, one JSON object on each line, to the lines that Floodgate would land.')
    .argument('[files...]', 'files of NDJSON; standard input by default')
    .addOption(
      new Option('--format <format>', 'EVENT_FORMAT').choices(Object.keys(lineFormats)).default('ocsf'),
    )
    .option('--tenant <id>', 'whose they are', 'example')
    .option('--summary', 'count events by category and rule instead of printing them', false)
    .addHelpText(
      'after',
      `
Nothing leaves this machine. Lines that cannot be read are named on standard error, and it exits 1;
where a file is none it exits 2, before it maps any.

Examples:
  gcloud logging read 'logName:cloudaudit' --format=json | jq -c '.[]' | npx floodgate map
  npx floodgate map --format ecs exported.ndjson
  npx floodgate map --summary exported.ndjson`,
    )
    .action(map);
}

async function map(files: string[], { format, tenant, summary }: MapCommandOptions): Promise<void> {
  const problems = files.flatMap((file) => (file === '-' ? [] : (problemWith(file) ?? [])));
  if (problems.length > 0) {
    for (const problem of problems) console.error(`floodgate: ${problem}`);
    process.exitCode = 2;
    return;
  }
  const networks = await NetworkDatabase.bundled();
  const networkOf = (ip: string) => networks.lookup(ip);
  const counts = new Map<string, number>();
  let unreadable = 0;
  process.stdout.on('error', stop);
  for (const file of new Set(files.length > 0 ? files : ['-'])) {
    const lines = linesOf(file === '-' ? process.stdin : createReadStream(file));
    const options = { format: lineFormats[format], tenantId: tenant, nowMs: Date.now(), networkOf };
    for await (const mapped of mapLines(lines, options)) {
      if ('refused' in mapped) {
        unreadable += 1;
        console.error(`${file === '-' ? 'line ' : `${file}:`}${String(mapped.number)}: ${mapped.refused}`);
      } else if (summary) {
        const key = `${mapped.category.padEnd(18)} ${mapped.ruleId}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      } else if (!process.stdout.write(mapped.line)) await drained();
    }
  }
  networks.close();
  for (const [key, count] of [...counts].sort()) console.log(`${String(count).padStart(8)}  ${key}`);
  if (unreadable > 0) process.exitCode = 1;
}

/** A reader that stops reading, such as `head`, has what it wants; a full disk has not. */
function stop(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit();
  console.error(`floodgate: ${error.message}`);
  process.exit(1);
}

function drained(): Promise<void> {
  return new Promise((resolve) => process.stdout.once('drain', resolve));
}
