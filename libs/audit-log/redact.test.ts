import { describe, expect, it } from '@jest/globals';
import { redact } from './redact.js';
import { formRules } from './form-rules.js';
import { nameRules } from './name-rules.js';

const redacted = (text: string) => redact(Buffer.from(text));
/** What a text became, and the rules that had a part in it. */
const result = (text: string) => {
  const { bytes, found } = redacted(text);
  return [bytes.toString(), Object.fromEntries(found ?? [])];
};
const request = (json: string) => `{"protoPayload":{"methodName":"m","request":${json}},"insertId":"i"}`;
const withMarks = (json: string, ...ruleIds: string[]) => {
  const counts: Record<string, number> = {};
  for (const ruleId of ruleIds) counts[ruleId] = (counts[ruleId] ?? 0) + 1;
  return [request(json), counts];
};

const base64 = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
const pem = (kind = '') =>
  `-----BEGIN ${kind}PRIVATE KEY-----\n${base64}\n${base64}/+==\n-----END ${kind}PRIVATE KEY-----\n`;
const serviceAccountKey = JSON.stringify(
  { type: 'service_account', private_key_id: 'f00d', private_key: pem(), client_email: 'a@p.iam' },
  undefined,
  2,
);
const accessToken = 'ya29.c.b0Aaekm1K9xyz-_ABCDEFGHIJKLMNOP.QRSTUV';
const refreshToken = '1//0gYk3-abcDEFghiJKLmnoPQRstuVWXyz0123456789';
const apiKey = 'AIzaSyA-1234567890abcdefghijklmnopqrstu';
// In two parts: what looks for tokens in repositories need not find it.
const gitHubToken = ['gh', 'p_ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'].join('');
const vendorToken = ['glp', 'at-abcdefghijklmnopqrst'].join('');
const jwt = `${Buffer.from('{"alg":"RS256","typ":"JWT"}').toString('base64url')}.${Buffer.from('{"sub":"1234567890","iss":"x"}').toString('base64url')}.c2lnbmF0dXJlLXNpZ25hdHVyZQ`;

describe('redact', () => {
  it.each<[string, string, ...string[]]>([
    ['{"password":"hunter2"}', '{"password":"REDACTED-password"}', 'password'],
    ['{"rootPassword" : "a\\"b\\\\"}', '{"rootPassword" : "REDACTED-password"}', 'password'],
    ['{"user":{"PASSWD":"x y"}}', '{"user":{"PASSWD":"REDACTED-password"}}', 'password'],
    ['{"db_pass":"x"}', '{"db_pass":"REDACTED-password-abbreviation"}', 'password-abbreviation'],
    ['{"clientSecret":"x","a":1}', '{"clientSecret":"REDACTED-secret","a":1}', 'secret'],
    ['{"secret":"GOOGHMACx/+="}', '{"secret":"REDACTED-secret"}', 'secret'],
    ['{"secretKey":"x"}', '{"secretKey":"REDACTED-secret"}', 'secret'],
    ['{"accountKey":"x"}', '{"accountKey":"REDACTED-key-material"}', 'key-material'],
    ['{"access_token":"x"}', '{"access_token":"REDACTED-token"}', 'token'],
    [
      '{"refreshToken":"x","idToken":"y"}',
      '{"refreshToken":"REDACTED-token","idToken":"REDACTED-token"}',
      'token',
      'token',
    ],
    [
      '{"tokens":["x",["y"],{"id":"z"}]}',
      '{"tokens":["REDACTED-token",["REDACTED-token"],{"id":"z"}]}',
      'token',
      'token',
    ],
    ['{"apiKey":"x"}', '{"apiKey":"REDACTED-api-key"}', 'api-key'],
    ['{"keyString":"x"}', '{"keyString":"REDACTED-api-key"}', 'api-key'],
    ['{"privateKeyData":"eyJ"}', '{"privateKeyData":"REDACTED-private-key"}', 'private-key'],
    [
      '{"masterAuth":{"clientKey":"x"}}',
      '{"masterAuth":{"clientKey":"REDACTED-private-key"}}',
      'private-key',
    ],
    ['{"signerKey":"x"}', '{"signerKey":"REDACTED-key-material"}', 'key-material'],
    ['{"oobCode":"x"}', '{"oobCode":"REDACTED-one-time-code"}', 'one-time-code'],
    ['{"mfaPendingCredential":"x"}', '{"mfaPendingCredential":"REDACTED-one-time-code"}', 'one-time-code'],
    [`{"service_key":"${'a1'.repeat(16)}"}`, '{"service_key":"REDACTED-key-material"}', 'key-material'],
    ['{"rawKey":"x"}', '{"rawKey":"REDACTED-key-material"}', 'key-material'],
    ['{"AWS_SECRET_ACCESS_KEY":"x"}', '{"AWS_SECRET_ACCESS_KEY":"REDACTED-key-material"}', 'key-material'],
    ['{"signedJwt":"x"}', '{"signedJwt":"REDACTED-assertion"}', 'assertion'],
    ['{"plaintext":"c2VjcmV0"}', '{"plaintext":"REDACTED-plaintext"}', 'plaintext'],
    ['{"Set-Cookie":"a=b"}', '{"Set-Cookie":"REDACTED-cookie"}', 'cookie'],
    ['{"sessionCookie":"x"}', '{"sessionCookie":"REDACTED-cookie"}', 'cookie'],
    ['{"passwordConfirm":"x"}', '{"passwordConfirm":"REDACTED-password"}', 'password'],
    ['{"password_v2":"x"}', '{"password_v2":"REDACTED-password"}', 'password'],
    ['{"pass":"x"}', '{"pass":"REDACTED-password-abbreviation"}', 'password-abbreviation'],
    ['{"smtpPass":"x"}', '{"smtpPass":"REDACTED-password-abbreviation"}', 'password-abbreviation'],
    ['{"pwd" : "x"}', '{"pwd" : "REDACTED-password-abbreviation"}', 'password-abbreviation'],
    ['{"userPwd":"x"}', '{"userPwd":"REDACTED-password-abbreviation"}', 'password-abbreviation'],
    ['{"Private Key":"x"}', '{"Private Key":"REDACTED-private-key"}', 'private-key'],
    ['{"authString":"x"}', '{"authString":"REDACTED-auth-string"}', 'auth-string'],
    ['{"hmacKey":"x"}', '{"hmacKey":"REDACTED-key-material"}', 'key-material'],
    ['{"keyMaterial":"x"}', '{"keyMaterial":"REDACTED-key-material"}', 'key-material'],
  ])('hides what stands under the name of a secret: %s', (before, after, ...ruleIds) => {
    expect(result(request(before))).toEqual(withMarks(after, ...ruleIds));
  });

  it.each([
    '{"pageToken":"x","nextPageToken":"x","syncToken":"x","resume_token":"x","maxOutputTokens":"1024"}',
    '{"secretId":"db","secretName":"x","secretVersion":"1","passwordPolicy":"STRICT","tokenType":"Bearer"}',
    '{"secret":true,"token":1234567890,"password":null,"accessToken":"","isSecret":"false"}',
    '{"secret":"projects/p/secrets/x","token":"//iam.googleapis.com/projects/p/x","kmsKey":"k"}',
    '{"password":{"minLength":8},"secrets":[{"name":"x"}],"secret":{"replication":{"automatic":{}}}}',
    '{"privateKeyType":"JSON","private_key_id":"f00d","publicKey":"-----BEGIN PUBLIC KEY-----\\nMIIB"}',
    '{"password":"REDACTED-password","token":"${TOKEN}","secret":"***","apiKey":"<redacted>"}',
    '{"updateMask":"settings.password","challenge":["password"],"type":"google_password"}',
    '{"permission":"iam.serviceAccounts.getAccessToken","name":"token","key":"x","role":"x.tokenCreator"}',
    '{"message":"Invalid password: it must have 8 characters. token: none given","filter":"secret = 1"}',
    '{"ca":"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----","b":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURQ"}',
    '{"agent":"Bearer authentication-by-the-gateway","url":"https://x.example:443/a@b","dsn":"redis://h:6379/0"}',
    '{"env":[{"name":"DB_PASSWORD","valueFrom":{"secretKeyRef":{"name":"db","key":"password"}}}]}',
    '{"bypass":"x","compass":"x","PWD":"/root","OLDPWD":"/","env":[{"name":"PWD","value":"/srv"}]}',
    '{"resumptionToken":"x","streamToken":"x","usedTokens":"12","signature":"c2lnbmF0dXJlLXNpZ25hdHVyZQ"}',
    '{"url":"https://x.example/?passport=a&pwdless=1&signature=short","ssh":"ssh://git@x.example:22/y"}',
    '{"note":"identified by the caller","see":"https://hooks.slack.com/","m":"the \\"password\\" rule"}',
    '{"script":"echo $PASSWORD; curl --token=$TOKEN --password-file x --token-ttl 1h"}',
  ])('leaves what is no secret alone, and gives back the same Buffer: %s', (json) => {
    const bytes = Buffer.from(request(json));
    expect(redact(bytes)).toEqual({ bytes, found: undefined });
    expect(redact(bytes).bytes).toBe(bytes);
  });

  it.each([
    ['{"n":"\\u0070assword"}', '{"n":"\\u0070assword"}'],
    ['{"\\u0070assword":"x"}', '{"\\u0070assword":"REDACTED-password"}', 'password'],
    ['{"pass\\u0057ord":"x\\u0022y"}', '{"pass\\u0057ord":"REDACTED-password"}', 'password'],
    ['{"client\\u005fsecret":"x"}', '{"client\\u005fsecret":"REDACTED-secret"}', 'secret'],
    [`{"a":"y\\u0061${accessToken.slice(2)}"}`, '{"a":"REDACTED-oauth-access-token"}', 'oauth-access-token'],
    [
      '{"password":"one","password":"two"}',
      '{"password":"REDACTED-password","password":"REDACTED-password"}',
      'password',
      'password',
    ],
  ])('reads names and values as JSON does: %s', (before, after, ...ruleIds) => {
    expect(result(request(before))).toEqual(withMarks(after, ...ruleIds));
  });

  it.each(['', 'RSA ', 'EC ', 'ENCRYPTED ', 'OPENSSH '])('hides a PEM %sprivate key in any text', (kind) => {
    const text = JSON.stringify(`before ${pem(kind)}after`);
    const hidden = '"before REDACTED-pem-private-key\\nafter"';
    expect(result(request(text))).toEqual(withMarks(hidden, 'pem-private-key'));
    expect(result(request(text.replaceAll('/', '\\/')))).toEqual(withMarks(hidden, 'pem-private-key'));
    const nested = JSON.stringify(JSON.stringify({ a: { cert: `before ${pem(kind)}after` }, b: 1 }));
    const unescaped = JSON.parse(result(request(nested))[0] as string) as {
      protoPayload: { request: string };
    };
    expect(JSON.parse(unescaped.protoPayload.request)).toEqual({
      a: { cert: 'before REDACTED-pem-private-key\nafter' },
      b: 1,
    });
    const escaped = JSON.stringify(`x='${JSON.stringify(pem(kind))}'`);
    expect(result(request(escaped))).toEqual(
      withMarks('"x=\'\\"REDACTED-pem-private-key\\\\n\\"\'"', 'pem-private-key'),
    );
  });

  it('hides both pieces of a PEM key that was split between entries', () => {
    const [first, second] = [pem().slice(0, 80), pem().slice(80)];
    expect(result(request(JSON.stringify(`key: ${first}`)))).toEqual(
      withMarks('"key: REDACTED-pem-private-key"', 'pem-private-key'),
    );
    expect(result(request(JSON.stringify(second)))).toEqual(
      withMarks('"REDACTED-pem-private-key\\n"', 'pem-private-key'),
    );
  });

  it('hides a private key in an address, and in the form that SSH has of its own', () => {
    expect(result(request(JSON.stringify(`k=${encodeURIComponent(pem('RSA '))}&a=b`)))).toEqual(
      withMarks('"k=REDACTED-pem-private-key%0A&a=b"', 'pem-private-key'),
    );
    const ssh = `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${base64}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----`;
    expect(result(request(JSON.stringify(ssh)))).toEqual(
      withMarks('"REDACTED-pem-private-key"', 'pem-private-key'),
    );
  });

  it('hides the key of a service account wherever its file has got to', () => {
    for (const text of [serviceAccountKey, JSON.stringify(JSON.parse(serviceAccountKey))]) {
      for (const place of [
        text,
        JSON.stringify(text),
        `cat > key.json <<EOF\n${text}\nEOF`,
        text.slice(0, -9),
      ]) {
        const [after, found] = result(request(JSON.stringify({ script: place, n: 1 })));
        expect(after).not.toContain(base64.slice(0, 12));
        expect(after).toContain('service_account');
        expect(Object.values(found as object)).toEqual([1]);
      }
      const encoded = Buffer.from(text).toString('base64');
      const wrapped = encoded.replaceAll(/.{76}/g, '$&\n');
      const indented = `data:\n  key.json: |\n    ${wrapped.replaceAll('\n', '\n    ')}\n`;
      const quoted = `"${wrapped.replaceAll('\n', '" +\n  "')}"`;
      for (const place of [
        ...[encoded, `echo ${encoded} | base64 -d`, `key:\n${wrapped}`, `${encoded}\n`],
        ...[indented, quoted, wrapped.replaceAll('\n', '\\n')],
      ]) {
        const [after, found] = result(request(JSON.stringify({ script: place, n: 1 })));
        expect(found).toEqual({ 'encoded-private-key': 1 });
        expect(after).not.toContain(encoded.slice(40, 60));
        for (const line of wrapped.split('\n').slice(2, -1)) expect(after).not.toContain(line);
      }
    }
  });

  it.each<[string, string, string]>([
    [`token ${accessToken} used`, 'token REDACTED-oauth-access-token used', 'oauth-access-token'],
    [`{${refreshToken}}`, '{REDACTED-oauth-refresh-token}', 'oauth-refresh-token'],
    [
      `https://maps.example/api?key=${apiKey}&v=3`,
      'https://maps.example/api?key=REDACTED-google-api-key&v=3',
      'google-api-key',
    ],
    ['GOCSPX-abcdefghijklmnopqrstuvwxyz12', 'REDACTED-oauth-client-secret', 'oauth-client-secret'],
    [`see ${jwt}.`, 'see REDACTED-json-web-token.', 'json-web-token'],
    ['Authorization: bearer 0123456789abcdef', 'Authorization: bearer REDACTED-bearer-token', 'bearer-token'],
    [
      'Authorization: Basic dXNlcjpodW50ZXIy',
      'Authorization: Basic REDACTED-basic-credentials',
      'basic-credentials',
    ],
    [
      "ALTER USER u WITH PASSWORD 'it''s'; --",
      "ALTER USER u WITH PASSWORD 'REDACTED-sql-password'; --",
      'sql-password',
    ],
    [
      "CREATE USER u IDENTIFIED BY 'x' REQUIRE SSL",
      "CREATE USER u IDENTIFIED BY 'REDACTED-sql-password' REQUIRE SSL",
      'sql-password',
    ],
    [
      "CREATE USER u IDENTIFIED WITH caching_sha2_password BY 'x'",
      "CREATE USER u IDENTIFIED WITH caching_sha2_password BY 'REDACTED-sql-password'",
      'sql-password',
    ],
    [
      'CREATE USER u IDENTIFIED BY "x"',
      'CREATE USER u IDENTIFIED BY "REDACTED-sql-password"',
      'sql-password',
    ],
    [
      "SET PASSWORD FOR 'u'@'%' = PASSWORD('x')",
      "SET PASSWORD FOR 'u'@'%' = PASSWORD('REDACTED-sql-password')",
      'sql-password',
    ],
    ['rediss://:x@h:6379/0', 'rediss://:REDACTED-url-password@h:6379/0', 'url-password'],
    ['mysql+pymysql://u:x@h/d', 'mysql+pymysql://u:REDACTED-url-password@h/d', 'url-password'],
    [
      'git clone https://oauth2:x@git.example/y',
      'git clone https://oauth2:REDACTED-url-password@git.example/y',
      'url-password',
    ],
    [
      'Server=h;Uid=sa;Pwd=x;',
      'Server=h;Uid=sa;Pwd=REDACTED-password-abbreviation;',
      'password-abbreviation',
    ],
    ['https://x/?u=a&pass=x', 'https://x/?u=a&pass=REDACTED-password-abbreviation', 'password-abbreviation'],
    [`push with ${vendorToken}.`, 'push with REDACTED-vendor-token.', 'vendor-token'],
    [`https://${gitHubToken}@git.example/y`, 'https://REDACTED-vendor-token@git.example/y', 'vendor-token'],
    ['postgresql://u:p%40ss@db:5432/x', 'postgresql://u:REDACTED-url-password@db:5432/x', 'url-password'],
    ['export DB_PASSWORD=hunter2;\nrun', 'export DB_PASSWORD=REDACTED-password;\nrun', 'password'],
    ["PASSWORD='a b' x", "PASSWORD='REDACTED-password' x", 'password'],
    ['mysql --password hunter2 -u root', 'mysql --password REDACTED-password -u root', 'password'],
    [
      'https://x/?access_token=abc&pageToken=def',
      'https://x/?access_token=REDACTED-token&pageToken=def',
      'token',
    ],
    [
      'https://x/o?X-Goog-Signature=0f0f&a=1',
      'https://x/o?X-Goog-Signature=REDACTED-url-signature&a=1',
      'url-signature',
    ],
    ['user: x\n  password: hunter 2\nb: c', 'user: x\n  password: REDACTED-password\nb: c', 'password'],
    [
      'curl -d {"client_secret":"a\\"b","x":1} u',
      'curl -d {"client_secret":"REDACTED-secret","x":1} u',
      'secret',
    ],
    ['say \\"password\\": \\"a\\\\\\"b\\", x', 'say \\"password\\": \\"REDACTED-password\\", x', 'password'],
  ])('hides a secret by its form or its name in a text: %s', (before, after, ruleId) => {
    expect(result(request(JSON.stringify(before)))).toEqual(withMarks(JSON.stringify(after), ruleId));
  });

  it('hides the value beside a name, whichever comes first, and the string behind a flag', () => {
    expect(
      result(
        request(
          '{"env":[{"name":"DB_PASSWORD","value":"x"},{"value":"y","name":"API_TOKEN"},{"name":"A","value":"z"}],"args":["--password","x","--token=y","-v","z"],"ops":[{"op":"add","path":"/spec/clientSecret","value":"x"}]}',
        ),
      ),
    ).toEqual(
      withMarks(
        '{"env":[{"name":"DB_PASSWORD","value":"REDACTED-password"},{"value":"REDACTED-token","name":"API_TOKEN"},{"name":"A","value":"z"}],"args":["--password","REDACTED-password","--token=REDACTED-token","-v","z"],"ops":[{"op":"add","path":"/spec/clientSecret","value":"REDACTED-secret"}]}',
        ...['password', 'token', 'password', 'token', 'secret'],
      ),
    );
  });

  it('hides the data of a Kubernetes Secret, in its last applied configuration as well, and no other data', () => {
    const secret = (before: string, after: string) =>
      `{"apiVersion":"v1",${before}"data":{"user":"x","n":{"m":"y"}},"stringData":{"k":"z"}${after}}`;
    const hidden = (before: string, after: string) =>
      secret(before, after).replaceAll(/"[xyz]"/g, '"REDACTED-kubernetes-secret"');
    const three = ['kubernetes-secret', 'kubernetes-secret', 'kubernetes-secret'];
    for (const [before, after] of [
      ['"kind":"Secret",', ''],
      ['', ',"kind":"Secret"'],
      ['"@type":"core.k8s.io/v1.Secret",', ''],
    ] as const) {
      expect(result(request(secret(before, after)))).toEqual(withMarks(hidden(before, after), ...three));
    }
    const applied = (json: string) =>
      `{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":${JSON.stringify(json)}}}}`;
    expect(result(request(applied(secret('"kind":"Secret",', ''))))).toEqual(
      withMarks(applied(hidden('"kind":"Secret",', '')), ...three),
    );
    const configMap = Buffer.from(request(secret('"kind":"ConfigMap","of":"Secret",', '')));
    expect(redact(configMap).bytes).toBe(configMap);
    const patched = `{"protoPayload":{"methodName":"io.k8s.core.v1.secrets.patch","request":{"data":{"a":"x"}}}}`;
    expect(result(patched)[0]).toBe(patched.replace('"x"', '"REDACTED-kubernetes-secret"'));
  });

  it('hides the payload of Secret Manager, and of no other service', () => {
    const of = (service: string, data: string) =>
      `{"protoPayload":{"request":{"payload":{"data":"${data}"}},"serviceName":"${service}"}}`;
    expect(result(of('secretmanager.googleapis.com', 'eA=='))).toEqual([
      of('secretmanager.googleapis.com', 'REDACTED-secret-payload'),
      { 'secret-payload': 1 },
    ]);
    const other = Buffer.from(of('secretary.googleapis.com', 'eA=='));
    expect(redact(other).bytes).toBe(other);
  });

  it('looks outside protoPayload, too', () => {
    expect(result('{"jsonPayload":{"password":"x"},"textPayload":"PASSWORD=x"}')[0]).toBe(
      '{"jsonPayload":{"password":"REDACTED-password"},"textPayload":"PASSWORD=REDACTED-password"}',
    );
  });

  it('has rules whose every hint can be found, and markers that are harmless', () => {
    for (const { id, hints } of [...nameRules, ...formRules]) {
      expect(`REDACTED-${id}`).toMatch(/^REDACTED-[a-z-]+$/);
      expect(hints.filter((hint) => hint.length < 6 || hint !== hint.toLowerCase())).toEqual([]);
    }
  });
});
