import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { callerAddress } from './caller-address.js';

const internal = { isPublic: false, isInternal: true };
const anyone = { isPublic: true, isInternal: false };
const neither = { isPublic: false, isInternal: false };

it.each([
  ['8.8.8.8', { ip: '8.8.8.8', ...anyone }],
  ['::ffff:8.8.8.8', { ip: '8.8.8.8', ...anyone }],
  ['2001:4860:4860::8888', { ip: '2001:4860:4860::8888', ...anyone }],
  ['10.0.0.7', { ip: '10.0.0.7', ...internal }],
  ['::ffff:10.0.0.7', { ip: '10.0.0.7', ...internal }],
  ['::ffff:a00:7', { ip: '10.0.0.7', ...internal }],
  ['0:0:0:0:0:FFFF:8.8.8.8', { ip: '8.8.8.8', ...anyone }],
  ['0000:0000:0000:0000:0000:ffff:255.255.255.255', { ip: '255.255.255.255', ...neither }],
  ['0:0:0:0:ffff::', { ip: '0:0:0:0:ffff::', ...neither }],
  ['100.64.0.1', { ip: '100.64.0.1', ...internal }],
  ['127.0.0.1', { ip: '127.0.0.1', ...internal }],
  ['169.254.169.254', { ip: '169.254.169.254', ...internal }],
  ['::1', { ip: '::1', ...internal }],
  ['fd00::1', { ip: 'fd00::1', ...internal }],
  ['fe80::1%eth0', { ip: 'fe80::1%eth0', ...internal }],
  ['203.0.113.7', { ip: '203.0.113.7', ...neither }],
  ['2001:db8::1', { ip: '2001:db8::1', ...neither }],
  ['224.0.0.1', { ip: '224.0.0.1', ...neither }],
  ['private', { label: 'private', ...internal }],
  ['gce-internal-ip', { label: 'gce-internal-ip', ...internal }],
  ['8.8.8', { label: '8.8.8', ...neither }],
  ['08.8.8.8', { label: '08.8.8.8', ...neither }],
  [' 8.8.8.8', { label: ' 8.8.8.8', ...neither }],
  [`fe80::1%${'0'.repeat(40)}`, { label: `fe80::1%${'0'.repeat(40)}`, ...neither }],
])('tells what %s is', (given, address) => {
  expect(callerAddress(given)).toEqual(address);
  // The second time it comes out of the cache.
  expect(callerAddress(given)).toEqual(address);
});

it('takes every address for one, and no other text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
      expect(callerAddress(ip).ip).toBeDefined();
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { ip, label } = callerAddress(text);
      expect((ip ?? label)?.length).toBe(text.length);
    }),
  );
});
