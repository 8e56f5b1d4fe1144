import { describe, expect, it } from '@jest/globals';
import { nextShedding, type Shedding } from './pressure.js';

const at = (memory: number) => ({ memory, queues: 0, age: 0, disk: 0 });
const follow = (...shares: number[]) => {
  let now: Shedding = 'nobody';
  return shares.map((share) => (now = nextShedding(now, at(share))));
};

describe('nextShedding', () => {
  it('sheds the greedy first, and then everybody', () => {
    expect(follow(0.59, 0.6, 0.74, 0.75, 2)).toEqual([
      'nobody',
      'greedy',
      'greedy',
      'everybody',
      'everybody',
    ]);
  });

  it('ends only well below where it began', () => {
    expect(follow(0.75, 0.66, 0.64, 0.51, 0.49)).toEqual([
      'everybody',
      'everybody',
      'greedy',
      'greedy',
      'nobody',
    ]);
  });

  it.each(['memory', 'queues', 'age', 'disk'])('goes by the fullest, be it %s', (name) => {
    expect(nextShedding('nobody', { ...at(0), [name]: 0.8 })).toBe('everybody');
  });
});
