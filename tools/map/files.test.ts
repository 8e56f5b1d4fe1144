import { tmpdir } from 'node:os';
import { expect, it } from '@jest/globals';
import { problemWith } from './files.js';

it('says what keeps a path from being mapped, by its name', () => {
  expect(problemWith(import.meta.filename)).toBeUndefined();
  expect(problemWith('/dev/null')).toBeUndefined();
  expect(problemWith(tmpdir())).toBe(`${tmpdir()} is a directory; name the files in it`);
  expect(problemWith(`${tmpdir()}/none/x`)).toBe(`${tmpdir()}/none/x: no such file`);
});
