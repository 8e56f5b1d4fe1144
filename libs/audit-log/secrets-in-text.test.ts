import { expect, it } from '@jest/globals';
import { redact } from './redact.js';

const redacted = (text: string) =>
  JSON.parse(redact(Buffer.from(JSON.stringify(text))).bytes.toString()) as string;
// In two parts: what looks for tokens in repositories need not find it.
const random = 'a1'.repeat(18);
const npmToken = ['np', `m_${random}`].join('');
const modelKey = ['sk-pr', `oj-${random}`].join('');
const base64 = (text: string) => Buffer.from(text).toString('base64');

it.each([
  ['password: |\n  one\n\n  two\nuser: a', 'password: |\n  REDACTED-password\nuser: a'],
  ['- password: |-\n    one\n  user: a', '- password: |-\n    REDACTED-password\n  user: a'],
  ['"password": >-\n  one\na: b', '"password": >-\n  REDACTED-password\na: b'],
  ['a:\r\n  password: |\r\n    one\r\nb: c', 'a:\r\n  password: |\r\n    REDACTED-password\r\nb: c'],
  ['password: hunter2', 'password: REDACTED-password'],
  ['<password>x y</password>', '<password>REDACTED-password</password>'],
  ['<w:Password Type="t">x</w:Password>', '<w:Password Type="t">REDACTED-password</w:Password>'],
  ['<password><![CDATA[x]]></password>', '<password><![CDATA[REDACTED-password]]></password>'],
  ['<add key="password" value="x y"/>', '<add key="password" value="REDACTED-password"/>'],
  ["<input name='apiToken' value='x'>", "<input name='apiToken' value='REDACTED-token'>"],
  ['a;"pass"=x', 'a;"pass"=REDACTED-password-abbreviation'],
  ['see https://user:pw!@host/x', 'see https://user:REDACTED-url-password@host/x'],
  ['sftp://u:p@h', 'sftp://u:REDACTED-url-password@h'],
  ['bolt://u:p@h:7687', 'bolt://u:REDACTED-url-password@h:7687'],
  ['curl -u a:pw https://x', 'curl -u a:REDACTED-command-password https://x'],
  ['curl -fsS --user "a:p w" x', 'curl -fsS --user "a:REDACTED-command-password" x'],
  ['sshpass -p pw ssh x', 'sshpass -p REDACTED-command-password ssh x'],
  ["sshpass -p'p w' ssh", "sshpass -p'REDACTED-command-password' ssh"],
  ['mysql -h db -u root -pSecretPw1 app', 'mysql -h db -u root -pREDACTED-command-password app'],
  ["mysqldump -p'a b' x", "mysqldump -p'REDACTED-command-password' x"],
  ['docker login -u a -p s3cret r.example', 'docker login -u a -p REDACTED-command-password r.example'],
  ['redis-cli -h r -a pw ping', 'redis-cli -h r -a REDACTED-command-password ping'],
  [
    'kubectl create secret generic s --from-literal=key=val -n x',
    'kubectl create secret generic s --from-literal=key=REDACTED-command-password -n x',
  ],
  ['vault login s.abcdefghij', 'vault login REDACTED-command-password'],
  ["echo 'root:new pw' | sudo chpasswd", "echo 'root:REDACTED-command-password' | sudo chpasswd"],
  [
    'chpasswd:\n  list: |\n    root:a\n    ubuntu:b\nusers: x',
    'chpasswd:\n  list: |\n    root:REDACTED-command-password\nusers: x',
  ],
  ['net user admin P@ss1 /add', 'net user admin REDACTED-command-password /add'],
  [
    "ConvertTo-SecureString 'S3cure!' -AsPlainText",
    "ConvertTo-SecureString 'REDACTED-command-password' -AsPlainText",
  ],
  [
    'https://x/?mode=reset&oobCode=AbC&lang=en',
    'https://x/?mode=reset&oobCode=REDACTED-one-time-code&lang=en',
  ],
  [`https://x/?key=${random}`, 'https://x/?key=REDACTED-url-key'],
  [`https://x/?sv=1&sig=${random}%3D`, 'https://x/?sv=1&sig=REDACTED-url-signature'],
  [`-H 'Authorization: token ${random}'`, "-H 'Authorization: token REDACTED-token'"],
  [`${npmToken} x`, 'REDACTED-vendor-token x'],
  [modelKey, 'REDACTED-vendor-token'],
  [
    'PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 1\nBBBB\nPrivate-MAC: 0a0b\nrest',
    'REDACTED-putty-private-key\nrest',
  ],
  ...['', ' ', '  '].flatMap((space) => [
    [base64(`{${space}"user":"abc","password":"x"}`), 'REDACTED-encoded-credentials'],
    [`data ${base64(`{${space}"auths":{"a":{}}}`)}`, 'data REDACTED-encoded-credentials'],
  ]),
])('hides a secret by what stands around it: %j', (before, after) => {
  expect(redacted(before)).toBe(after);
  expect(redacted(after)).toBe(after);
});

it.each([
  'password: must have 8 characters',
  'see <password> of <user> at the host',
  'https://x.example:443/a@b https://x.example:443?e=a@b https://user@x.example/ a@b.example',
  'https://$USER:$PASSWORD@x.example/ curl -u $USER:$PASSWORD x',
  'a disk-project-1 and an sk-proj, a token projects/p/x1 and token authentication',
  'https://x/?key=projects-and-their-settings&key=1234567890123456789012',
  'echo "password" value',
  'mysql -u root -p app; mysql -P 3306 -p$PW x; docker login -u a --password-stdin; net user admin /add',
  'the internet user growth, a vault login page, ConvertTo-SecureString $pw, chpasswd: see list: below',
  'password: |',
])('leaves what is no secret alone: %j', (text) => {
  expect(redacted(text)).toBe(text);
});
