import { expect, it } from '@jest/globals';
import { Command } from 'commander';
import { faultsCommand } from './faults.js';

it.each([
  [['--only', '1,99'], 'There is no row 99.'],
  [['--only', 'one'], 'It must be numbers such as 1,2,11.'],
  [['--sabotage', 'everysec,nope'], 'There is no sabotage nope.'],
])('floodgate faults %j is refused before anything starts', async (args, reason) => {
  const program = new Command('floodgate').exitOverride().configureOutput({ writeErr: () => undefined });
  program.addCommand(faultsCommand().copyInheritedSettings(program));
  await expect(program.parseAsync(['faults', ...args], { from: 'user' })).rejects.toThrow(reason);
});
