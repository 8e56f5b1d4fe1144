import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { Command } from 'commander';
import { benchCommand } from './bench.js';
import { costCommand } from './cost.js';
import { faultsCommand } from './faults.js';
import { loadCommand } from './load.js';
import { mapCommand } from './map.js';
import { messageOf } from './message-of.js';
import { replayCommand } from './replay.js';
import { startCommand } from './start.js';
import { tailCommand } from './tail.js';

const { version } = JSON.parse(readFileSync(findPackageJSON(import.meta.url) ?? '', 'utf8')) as {
  version: string;
};

const program = new Command('floodgate')
  .version(version)
  .description(
    'Takes the flood of Google Cloud audit log pushes and lands it in Amazon S3, tenant by tenant.',
  )
  // An option behind a command is that command's, also where the one above has one of the same name.
  .enablePositionalOptions()
  .showHelpAfterError()
  .addHelpText(
    'after',
    `
Exit codes: 0 done, 1 it did not work or the books do not close, 2 the command line is wrong.`,
  )
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

for (const command of [
  startCommand(),
  tailCommand(),
  loadCommand(),
  mapCommand(),
  benchCommand(),
  costCommand(),
  faultsCommand(),
  replayCommand(),
]) {
  program.addCommand(inherits(command, program));
}

/** Also by the commands of a command. */
function inherits(command: Command, from: Command): Command {
  for (const own of command.commands) inherits(own, from);
  return command.copyInheritedSettings(from);
}

try {
  await program.parseAsync();
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  console.error(`floodgate: ${messageOf(error)}${cause}`);
  // Whatever could not be stopped ends with us.
  process.exit(1);
}
