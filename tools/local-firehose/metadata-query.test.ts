import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { partitionQuery } from '#contracts';
import { extractByJq, metadataQuery } from './metadata-query.js';
import { parsePlainQuery } from './plain-query.js';

const query = '{kind:(.kind // "events"),tenant:(.tenant_id // .metadata.tenant_uid), own: .a."b c"}';
const scalar = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.constant([1]),
  fc.constant({}),
);
const record = fc.record(
  {
    kind: scalar,
    tenant_id: scalar,
    metadata: fc.oneof(scalar, fc.record({ tenant_uid: scalar }, { requiredKeys: [] })),
    a: fc.oneof(scalar, fc.record({ 'b c': scalar }, { requiredKeys: [] })),
  },
  { requiredKeys: [] },
);

const outcome = (extraction: object) => ('keys' in extraction ? extraction.keys : 'error');

describe('metadataQuery', () => {
  it('gives natively what jq gives, for plain queries', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(record, scalar), async (value) => {
        const bytes = Buffer.from(JSON.stringify(value));
        const [native] = await metadataQuery(query)([bytes]);
        expect(outcome(native ?? {})).toEqual(outcome(await extractByJq(query, bytes)));
      }),
      { numRuns: 300 },
    );
  });

  it('knows our own partition query as a plain one', () => {
    expect(parsePlainQuery(partitionQuery)).toBeDefined();
  });

  it.each([
    '{a:.b[0]}',
    '{a:(.b|tostring)}',
    '.a',
    '{a:.b + "c"}',
    '{a:(.b // 1)}',
    '{"a\\n":.b}',
    '{a:.b} | .',
  ])('leaves %s to jq', (other) => {
    expect(parsePlainQuery(other)).toBeUndefined();
  });

  it('runs other queries by jq', async () => {
    const extract = metadataQuery('{tenant:(.id|tostring|ltrimstr("t-"))}');
    const answers = await extract([
      Buffer.from('{"id":"t-acme"}'),
      Buffer.from('{"id":7}'),
      Buffer.from('no json'),
    ]);
    expect(answers.map(outcome)).toEqual([{ tenant: 'acme' }, { tenant: '7' }, 'error']);
  });

  it('goes on running jq, however many records there are', async () => {
    const extract = metadataQuery('{tenant:(.id|tostring)}');
    const answers = await extract(
      Array.from({ length: 1_000 }, (_, n) => Buffer.from(`{"id":${String(n)}}`)),
    );
    expect(answers.map(outcome)).toEqual(Array.from({ length: 1_000 }, (_, n) => ({ tenant: String(n) })));
  });

  it.each(['{"kind":"events"}', '{"tenant_id":{}}', '{"tenant_id":""}', '[]', '7'])(
    'places no %s',
    async (text) => {
      const [extraction] = await metadataQuery(partitionQuery)([Buffer.from(text)]);
      expect(outcome(extraction ?? {})).toBe('error');
    },
  );
});
