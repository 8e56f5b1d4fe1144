import { describe, expect, it } from '@jest/globals';
import { landedObjectsIn } from './landed-event.js';

const record = (key: string, eventName = 'ObjectCreated:Put') => ({
  eventName,
  eventTime: '2026-02-03T04:05:06.789Z',
  s3: { bucket: { name: 'events' }, object: { key, size: 7, eTag: 'abc' } },
});
const raw = (...records: object[]) => JSON.stringify({ Records: records });
const enveloped = (message: string) =>
  JSON.stringify({ Type: 'Notification', MessageId: 'm', TopicArn: 'arn', Message: message });

describe('landedObjectsIn', () => {
  it.each([
    ['raw', raw(record('a/b.gz'))],
    ["in SNS's envelope", enveloped(raw(record('a/b.gz')))],
  ])('reads an event that came %s', (_, body) => {
    expect(landedObjectsIn(body)).toEqual([
      { bucket: 'events', key: 'a/b.gz', etag: 'abc', bytes: 7, atMs: Date.UTC(2026, 1, 3, 4, 5, 6, 789) },
    ]);
  });

  it("reads keys as S3 writes them, and every object's", () => {
    const keys = landedObjectsIn(raw(record('events/tenant%3Da/b+c%2Bd'), record('e'))).map(({ key }) => key);
    expect(keys).toEqual(['events/tenant=a/b c+d', 'e']);
  });

  it('finds no object in a test event, nor in a removal', () => {
    const test = JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'events' });
    expect(landedObjectsIn(test)).toEqual([]);
    expect(landedObjectsIn(enveloped(test))).toEqual([]);
    expect(landedObjectsIn(raw(record('a', 'ObjectRemoved:Delete')))).toEqual([]);
  });

  it.each(['', 'text', '{}', '[]', 'null', enveloped('text'), raw({ eventName: 'ObjectCreated:Put' })])(
    'refuses %j',
    (body) => {
      expect(() => landedObjectsIn(body)).toThrow();
    },
  );
});
