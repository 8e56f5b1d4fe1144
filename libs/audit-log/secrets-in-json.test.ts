import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redact } from './redact.js';

const redacted = (json: string) => redact(Buffer.from(json)).bytes.toString();

it.each([
  ['{"password":48291377}', '{"password":"REDACTED-password"}'],
  ['{"password" : -1.5e3 ,"a":1}', '{"password" : "REDACTED-password" ,"a":1}'],
  ['{"pin":4829,"a":1}', '{"pin":"REDACTED-pin","a":1}'],
  ['{"pin":"4829"}', '{"pin":"REDACTED-pin"}'],
  ['{"pinCode":"4829"}', '{"pinCode":"REDACTED-pin"}'],
  ['{"a":"{\\"password\\":482}"}', '{"a":"{\\"password\\":\\"REDACTED-password\\"}"}'],
  ['{"password":{"value":"x","a":"b"}}', '{"password":{"value":"REDACTED-password","a":"b"}}'],
  ['{"secret":{"content":"x"}}', '{"secret":{"content":"REDACTED-secret"}}'],
  ['{"passwords":[{"value":"x"}]}', '{"passwords":[{"value":"REDACTED-password"}]}'],
  ['{"token":"123456"}', '{"token":"REDACTED-token"}'],
  ['{"secrets":["hunter2","db-password"]}', '{"secrets":["REDACTED-secret","db-password"]}'],
  ['{"clientSecret":{"secret":"x"}}', '{"clientSecret":{"secret":"REDACTED-secret"}}'],
  ['{"password":"HUNTER"}', '{"password":"REDACTED-password"}'],
  ['{"Authorization":"tok 1234567"}', '{"Authorization":"REDACTED-authorization"}'],
  ['{"kty":"RSA","n":"x","d":"y"}', '{"kty":"RSA","n":"x","d":"REDACTED-json-web-key"}'],
  ['{"k":"y","kty":"oct"}', '{"k":"REDACTED-json-web-key","kty":"oct"}'],
  ['{"auths":{"gcr.io":{"auth":"eHg="}}}', '{"auths":{"gcr.io":{"auth":"REDACTED-registry-credentials"}}}'],
  ['{".dockerconfigjson":"eyJ"}', '{".dockerconfigjson":"REDACTED-docker-config"}'],
])('hides what its place in the JSON makes a secret: %s', (before, after) => {
  expect(redacted(before)).toBe(after);
  expect(redacted(after)).toBe(after);
});

it.each([
  '{"secretKeyRef":{"secret":"db","version":"latest"},"secretVolumes":[{"secret":"db-1"}]}',
  '{"volumes":[{"name":"v","secret":{"secret":"db","items":[]}}],"secrets":["name","db-password"]}',
  '{"taints":[{"key":"secret","value":"NoSchedule"},{"key":"token","value":"a1","effect":"NoX"}]}',
  '{"tokens":"12","issuedTokens":"3400","transactionToken":"abc","passwords":3,"hasPassword":"yes"}',
  '{"apiKeys":"ENABLED","secret":"RESTRICTED_KEYS","token":12345678,"pin":true,"pin":"PA5","spin":4829}',
  '{"authorization":"IAM_ONLY","authorizationInfo":[],"k":"a","d":"b","auth":"x"}',
  '{"tokens":[{"text":{"content":"hello"}}]}',
])('leaves names, numbers of secrets, answers and constants alone: %s', (json) => {
  expect(redacted(json)).toBe(json);
});

it('puts a text in the place of a number, however deep in JSON in JSON it stands', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.nat(4), (password, levels) => {
      const nested = (value: unknown) => {
        let json = JSON.stringify({ a: [{ password: value, b: password }] });
        for (let level = 0; level < levels; level++) json = JSON.stringify({ json });
        return json;
      };
      expect(redacted(nested(password))).toBe(nested('REDACTED-password'));
    }),
  );
});
