import { describe, expect, it } from '@jest/globals';
import { verdict, type Found, type Published } from './verdict.js';

const published = (acknowledged: string[], waiting: string[] = []): Published =>
  new Map(
    [...acknowledged, ...waiting].map((text) => [text, { isAcknowledged: acknowledged.includes(text) }]),
  );
const found = (events: string[], quarantined: string[] = []): Found => ({ events, quarantined });
const judge = (of: [string, Published, Found][]) =>
  verdict(
    new Map(of.map(([tenant, texts]) => [tenant, texts])),
    new Map(of.map(([tenant, , what]) => [tenant, what])),
  );

describe('verdict', () => {
  it('is content when every acknowledged event landed or is in quarantine', () => {
    expect(judge([['a', published(['1', '2', '3'], ['4']), found(['1', '2', '2', '4'], ['3'])]])).toEqual({
      pushed: 4,
      acknowledged: 3,
      landed: 3,
      quarantined: 1,
      held: 0,
      duplicates: 1,
      lost: 0,
      foreign: 0,
      corrupt: 0,
    });
  });

  it('misses what was acknowledged only', () => {
    expect(judge([['a', published(['1', '2'], ['3']), found(['1'])]])).toMatchObject({ lost: 1 });
  });

  it("finds another tenant's event, which is lost where it belongs", () => {
    expect(
      judge([
        ['a', published(['1']), found(['1', '2'])],
        ['b', published(['2']), found([])],
      ]),
    ).toMatchObject({ foreign: 1, lost: 1, corrupt: 0 });
  });

  it('finds bytes that nobody published', () => {
    expect(judge([['a', published(['1']), found(['1', '1 '], ['x'])]])).toMatchObject({
      corrupt: 2,
      lost: 0,
    });
  });
});
