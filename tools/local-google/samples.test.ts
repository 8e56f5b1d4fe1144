import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventId, parseEntry } from '#audit-log';
import { samplesFrom } from './samples.js';

const lines = [
  '{"a":{"insertId":"inner"}, "insertId" : "outer\\"é", "n": 9007199254740993}',
  '{"x":"\\"insertId\\":\\"text\\"","list":["insertId","b"],"insertId":"second"}',
  '{"none":1}',
  '{"insertId":"","empty":true}',
  '{"insertId":7}',
  '{"insertId":{"insertId":"nested"}}',
];

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'samples-'));
  await writeFile(join(dir, 'b.ndjson'), `${lines.slice(1).join('\n')}`);
  await writeFile(join(dir, 'a.ndjson'), `\n${lines[0]}\n\n`);
  await writeFile(join(dir, 'README.md'), 'not an entry');
});
afterEach(() => rm(dir, { recursive: true }));

const idOf = (data: Buffer) => {
  const parsed = parseEntry(data);
  if ('refused' in parsed) throw new Error(parsed.refused);
  return eventId('acme', parsed.entry, data);
};

describe('samplesFrom', () => {
  it('gives the lines of all files in order, byte for byte, in the first round', async () => {
    const samples = await samplesFrom(dir);
    expect(lines.map(() => samples.next().data.toString())).toEqual(lines);
  });

  it("adds the round to the entry's own insertId and changes nothing else", async () => {
    const samples = await samplesFrom(dir);
    lines.forEach(() => samples.next());
    expect(lines.map(() => samples.next().data.toString())).toEqual([
      lines[0]?.replace('outer\\"é', 'outer\\"é-r1'),
      lines[1]?.replace('second', 'second-r1'),
      ...lines.slice(2).map((line) => `${line}\t`),
    ]);
  });

  it('never gives the same event twice in many rounds', async () => {
    const samples = await samplesFrom(dir);
    const ids = Array.from({ length: lines.length * 50 }, () => idOf(samples.next().data));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refuses a folder without entries', async () => {
    await rm(join(dir, 'a.ndjson'));
    await writeFile(join(dir, 'b.ndjson'), ' \n');
    await expect(samplesFrom(dir)).rejects.toThrow('no entry');
  });
});
