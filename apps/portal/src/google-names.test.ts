import { describe, expect, it } from '@jest/globals';
import { connection } from '#contracts';
import {
  emailOf,
  folderId,
  organizationId,
  parseSubscription,
  projectId,
  pubsubName,
  serviceAccountEmail,
  serviceAccountName,
  sinkName,
} from './google-names.js';

const hostile = [
  "'; rm -rf ~; '",
  '$(id)',
  '`id`',
  '${file("x")}',
  '%{if true}',
  'a\nb',
  'a b',
  '"',
  '../x',
  '-x',
  '',
];

describe('names in Google Cloud', () => {
  it.each([
    [
      'project id',
      projectId,
      ['acme-logs', 'a12345', 'example.com:acme-logs'],
      ['Acme-logs', '1acme-logs', 'acme-', 'a'],
    ],
    ['organization id', organizationId, ['123456789012'], ['organizations/1', '12a', '1'.repeat(20)]],
    ['folder id', folderId, ['123456789012'], ['folders/1', '-1']],
    [
      'topic or subscription',
      pubsubName,
      ['floodgate-audit', 'a.b_c~d+e%f'],
      ['goog-x', '1abc', 'ab', 'x'.repeat(256)],
    ],
    ['sink', sinkName, ['floodgate-audit', '0'], ['_x', 'x'.repeat(101)]],
    [
      'service account',
      serviceAccountName,
      ['floodgate-push'],
      ['short', 'Floodgate', 'x'.repeat(31), 'ends-with-'],
    ],
    [
      'account address',
      serviceAccountEmail,
      ['floodgate-push@acme-logs.iam.gserviceaccount.com'],
      ['floodgate-push@gmail.com', 'floodgate-push@acme-logs.iam.gserviceaccount.com.evil.com'],
    ],
  ])('of the kind %s are taken and refused as Google does', (_, schema, good, bad) => {
    for (const name of good) expect(schema.safeParse(name).success).toBe(true);
    for (const name of [...bad, ...hostile])
      expect([name, schema.safeParse(name).success]).toEqual([name, false]);
  });

  it('make subscriptions and addresses that fit the registry, and are found again', () => {
    for (const project of ['acme-logs', 'example.com:acme-logs']) {
      const subscription = `projects/${project}/subscriptions/floodgate-audit`;
      expect(connection.shape.subscription.parse(subscription)).toBe(subscription);
      expect(parseSubscription(subscription)).toEqual({ projectId: project, name: 'floodgate-audit' });
      const email = emailOf('floodgate-push', project);
      expect(connection.shape.serviceAccountEmail.parse(email)).toBe(email);
      expect(serviceAccountEmail.parse(email)).toBe(email);
    }
  });

  it('are not read out of what is no subscription', () => {
    for (const path of [
      '',
      'projects/acme-logs/topics/x',
      'projects/acme-logs/subscriptions/abc/d',
      '/acme-logs//abc',
    ]) {
      expect(parseSubscription(path)).toBeUndefined();
    }
  });
});
