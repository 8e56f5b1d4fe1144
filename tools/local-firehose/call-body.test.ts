import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseCall } from './call-body.js';
import { mutated } from './test/mutations.js';

const data = fc
  .oneof(fc.uint8Array({ maxLength: 50 }), fc.uint8Array({ minLength: 1_000, maxLength: 3_000, size: 'max' }))
  .map((bytes) => Buffer.from(bytes).toString('base64'));
const stringsLikeData = fc.oneof(data, fc.string(), fc.constantFrom('Data', '\0' + '0', '"Data":"', '\\'));
const call = fc
  .record({
    DeliveryStreamName: stringsLikeData,
    Records: fc.array(fc.oneof(fc.record({ Data: data }), fc.dictionary(stringsLikeData, stringsLikeData))),
    Data: fc.oneof(data, fc.array(stringsLikeData)),
  })
  .chain((value) =>
    fc.constantFrom('', ' ').map((indent) => Buffer.from(JSON.stringify(value, undefined, indent))),
  );

const roomFor = (body: Buffer) => Buffer.alloc(body.length);

/** With all data as bytes, or that it is no JSON. */
function outcome(parse: () => unknown): unknown {
  try {
    return withBytes(parse());
  } catch (error) {
    return String(error);
  }
}

function withBytes(value: unknown, name?: string): unknown {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return name === 'Data' ? Buffer.from(value, 'base64') : value;
  if (Array.isArray(value)) return value.map((each) => withBytes(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withBytes(each, key)]));
}

describe('parseCall', () => {
  it('gives what JSON.parse gives, of calls and of what is left of them', () => {
    fc.assert(
      fc.property(fc.oneof(call, mutated(call)), (body) => {
        const parsed = outcome(() => parseCall(Buffer.from(body), roomFor(body)));
        expect(parsed).toEqual(outcome(() => JSON.parse(body.toString())));
      }),
      { numRuns: 300 },
    );
  });

  it('puts the data of a call one after another into the room', () => {
    const records = [Buffer.alloc(2_000, 'a'), Buffer.alloc(1_000, 'b')];
    const body = Buffer.from(
      JSON.stringify({ Records: records.map((bytes) => ({ Data: bytes.toString('base64') })) }),
    );
    const room = roomFor(body);
    expect(parseCall(body, room)).toEqual({ Records: records.map((Data) => ({ Data })) });
    expect(room.subarray(0, 3_000)).toEqual(Buffer.concat(records));
  });

  it.each(['=', 'AAA', 'A===', '\n', '-_', 'é', '"'])('is not deceived by %j in data', (odd) => {
    const body = Buffer.from(JSON.stringify({ Data: `${'QUJD'.repeat(600)}${odd}${'QUJD'.repeat(600)}` }));
    expect(outcome(() => parseCall(body, roomFor(body)))).toEqual(outcome(() => JSON.parse(body.toString())));
  });
});
