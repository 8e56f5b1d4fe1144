import { expect, it } from '@jest/globals';
import { authorizationsOf } from './outcome.js';

it('reads what was refused before what was granted, when there is too much to read', () => {
  const granted = Array.from({ length: 60 }, (_, index) => ({
    permission: `a.b.${String(index)}`,
    granted: true,
  }));
  const refused = { permission: 'a.b.last' };
  const read = authorizationsOf({ authorizationInfo: [...granted, refused] });
  expect(read).toHaveLength(50);
  expect(read[0]).toEqual({ permission: 'a.b.last', granted: false });
  expect(authorizationsOf({ authorizationInfo: [...granted.slice(0, 3), refused] }).at(-1)).toEqual(read[0]);
});
