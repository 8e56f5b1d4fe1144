import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { itWithTerraform, runTerraform } from '../test/terraform-cli.js';
import { hclString, shellWord } from './quote.js';

const hostile = fc.constantFrom(
  ...[
    "'",
    '"',
    '`',
    '$',
    '$(',
    '${',
    '$${',
    '%{',
    '%%{',
    '\\',
    '\n',
    '\r',
    ';',
    '&&',
    '|',
    '!',
    '#',
    '~',
    '-',
    '*',
    ' ',
    '',
  ],
);
const text = fc
  .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 5 })), { maxLength: 12 })
  .map((parts) => parts.join('').replaceAll('\0', ''));

describe('shellWord', () => {
  it('gives a word that bash reads back as the same text', () => {
    fc.assert(
      fc.property(text, (wanted) => {
        const output = execFileSync('bash', ['-c', `printf %s ${shellWord(wanted)}`], { encoding: 'utf8' });
        expect(output).toBe(wanted);
      }),
      { numRuns: 150 },
    );
  });
});

describe('hclString', () => {
  it('reads back as the same text, and nothing in it is a template', () => {
    fc.assert(
      fc.property(text, (wanted) => {
        expect(readHclString(hclString(wanted))).toBe(wanted);
      }),
      { numRuns: 2_000 },
    );
  });

  it('writes templates, quotes and line breaks in HCL its own way', () => {
    expect(hclString('a"b\\c\n${d}%{e}$f%g\u0007')).toBe('"a\\"b\\\\c\\n$${d}%%{e}$f%g\\u0007"');
  });

  itWithTerraform('reads back as the same text in Terraform itself', () => {
    const wanted = fc.sample(text, 300);
    const input = `join(" ", [for text in [${wanted.map(hclString).join(', ')}] : base64encode(text)])\n`;
    const shown = runTerraform(['console', '-no-color'], input);
    const read = (JSON.parse(shown) as string).split(' ');
    // Terraform keeps text in Unicode's form C.
    expect(read).toEqual(wanted.map((one) => Buffer.from(one.normalize('NFC')).toString('base64')));
  });
});

const named: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** Reads a quoted HCL string by its grammar; throws where a quote, a line break or a template is bare. */
function readHclString(quoted: string): string {
  const token = /\\u([0-9a-f]{4})|\\([nrt"\\])|([$%])\3\{|([^"\\\n\r$%]|[$%](?!\{))/gsuy;
  const inner = quoted.slice(1, -1);
  let read = '';
  while (token.lastIndex < inner.length) {
    const match = token.exec(inner);
    if (match === null) throw new Error(`not an HCL string: ${quoted}`);
    const [, code, escaped, template, plain] = match;
    if (code !== undefined) read += String.fromCharCode(parseInt(code, 16));
    else if (escaped !== undefined) read += String(named[escaped]);
    else read += template === undefined ? String(plain) : `${template}{`;
  }
  return read;
}
