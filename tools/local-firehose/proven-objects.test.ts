import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partitionQuery } from '#contracts';
import { deaggregate } from './deaggregate.js';
import { metadataQuery } from './metadata-query.js';
import { provenObjects } from './proven-objects.js';
import { anyJson, mutated } from './test/mutations.js';

const subRecords = { kind: 'JSON' } as const;
const queries = [
  partitionQuery,
  '{kind:.a."b c",tenant:(.metadata // .a.x // "none"), other:.metadata.tenant_uid}',
];

const scalar = fc.oneof(fc.string(), fc.constantFrom(null, false, 7, 'acme', [1], {}));
const line = fc
  .tuple(
    fc.record(
      {
        kind: scalar,
        tenant_id: scalar,
        metadata: fc.oneof(
          scalar,
          fc.record({ tenant_uid: scalar, x: fc.jsonValue() }, { requiredKeys: [] }),
        ),
        a: fc.oneof(scalar, fc.record({ 'b c': scalar, x: scalar }, { requiredKeys: [] })),
        rest: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
    fc.constantFrom('', ' '),
  )
  .map(([value, indent]) => JSON.stringify(value, undefined, indent));
const record = fc
  .array(fc.tuple(line, fc.constantFrom('\n', '', ' ', '\r\n')), { maxLength: 5 })
  .map((lines) => Buffer.from(lines.flat().join('')));

async function carefully(query: string, bytes: Buffer) {
  const parts = deaggregate(bytes, subRecords);
  return { parts, extractions: await metadataQuery(query)(parts) };
}

describe('provenObjects', () => {
  it.each(queries)('gives what de-aggregation and the query give, for %s', async (query) => {
    const prove = provenObjects({ subRecords, query });
    await fc.assert(
      fc.asyncProperty(record, async (bytes) => {
        expect(prove?.(bytes)).toEqual(await carefully(query, bytes));
      }),
      { numRuns: 300 },
    );
  });

  it.each(queries)('leaves a record alone, or agrees, whatever is in it, for %s', async (query) => {
    const prove = provenObjects({ subRecords, query });
    await fc.assert(
      fc.asyncProperty(mutated(fc.oneof(record, anyJson)), async (bytes) => {
        const proven = prove?.(bytes);
        if (proven) expect(proven).toEqual(await carefully(query, bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes the last of members of one name, as JSON.parse does', () => {
    const twice = '{"metadata":{"tenant_uid":"a"},"metadata":{"tenant_uid":"b","tenant_uid":"c"}}';
    const proven = provenObjects({ subRecords, query: partitionQuery })?.(Buffer.from(twice));
    expect(proven?.extractions).toMatchObject([{ keys: { kind: 'events', tenant: 'c' } }]);
  });

  it.each(['{"a":1} x', '{"a":1}\n[2]', '{"tenant\\u005fid":"a"}', '{"a":01}', '{"a":"\t"}', '{"a":1'])(
    'leaves %s to a closer look',
    (text) => {
      expect(provenObjects({ subRecords, query: partitionQuery })?.(Buffer.from(text))).toBeUndefined();
    },
  );

  it('leaves other queries and other sub-records alone', () => {
    expect(provenObjects({ subRecords, query: '{a:.b[0]}' })).toBeUndefined();
    expect(provenObjects({ subRecords, query: undefined })).toBeUndefined();
    const delimited = { kind: 'DELIMITED', delimiter: Buffer.from('|') } as const;
    expect(provenObjects({ subRecords: delimited, query: partitionQuery })).toBeUndefined();
  });
});
