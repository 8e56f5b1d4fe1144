import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redact } from './redact.js';

/** Something that LogEntries are made of, without anything that a rule would look at. */
const plain = fc
  .stringMatching(/^[ -~]{0,30}$/)
  .filter((text) => !/[=:]|--|1\/\/|ya29|aiza|eyj|pass|sec|tok|key|bas|bear|iden/i.test(text));
const tree = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    plain,
    fc.constantFrom('é∀\u{1f600}', 'a\nb', 'C:\\dir', '"', '<b>', 'type.googleapis.com/x', true, null, 12),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.stringMatching(/^[a-j@]{1,6}$/), tie('value'), { maxKeys: 5 }),
}));
const entry = fc.record({ protoPayload: tree.object, insertId: plain, labels: tree.object });

/** Puts a value somewhere into a tree of JSON, and says what the tree would be with another in its place. */
function planted(root: unknown, random: number, member: [key: string, value: unknown]): unknown {
  if (Array.isArray(root) && root.length > 0 && random % 3 > 0) {
    const at = random % root.length;
    return root.map((child, index) =>
      index === at ? planted(child, Math.floor(random / 3), member) : child,
    );
  }
  if (typeof root === 'object' && root !== null && !Array.isArray(root)) {
    const entries = Object.entries(root);
    const at = random % (entries.length + 1);
    const [key, child] = entries[at] ?? [];
    if (key === undefined) return Object.fromEntries([...entries, member]);
    return Object.fromEntries(
      entries.map(([name, value]) =>
        name === key ? [name, planted(child, Math.floor(random / 7), member)] : [name, value],
      ),
    );
  }
  return Object.fromEntries([['was', root], member]);
}

const letters = fc.stringMatching(/^[A-Za-z\d]{40}$/);
/** A secret, the member that holds it, and what the member becomes. */
const secretMember = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'password',
        'rootPassword',
        'passwd',
        'clientSecret',
        'access_token',
        'refreshToken',
        'api_key',
        'DB_PASSWORD',
        'private_key',
      ),
      fc.oneof(
        letters,
        fc
          .string({ unit: 'binary', minLength: 12 })
          .filter((text) => text.isWellFormed() && !/^[$<{*/]|^REDACTED/i.test(text)),
      ),
    )
    .map(([key, secret]) => ({ secret, key, value: secret, form: /^REDACTED-[a-z-]+$/ })),
  fc
    .tuple(
      fc.constantFrom('note', 'script', 'value', 'message'),
      fc.tuple(
        letters,
        fc.constantFrom(
          (body: string) => `-----BEGIN PRIVATE KEY-----\n${body}/\n${body}\n-----END PRIVATE KEY-----`,
          (body: string) => `ya29.${body}`,
          (body: string) => `1//0${body}`,
          (body: string) => `AIza${body.slice(0, 35)}`,
          (body: string) => `Bearer 1${body}`,
          (body: string) => `--password=${body}`,
          (body: string) => `eyJ${body}J9.eyJ${body}.${body}`,
        ),
      ),
      fc.tuple(plain, plain),
      fc.boolean(),
    )
    .map(([key, [body, form], [before, after], isNested]) => {
      const text = `${before} ${form(body)} ${after}`;
      const value = isNested ? JSON.stringify({ [key]: text, n: [1, text] }) : text;
      return { secret: body.slice(0, 35), key, value, form: /REDACTED-[a-z-]+/ };
    }),
);

const accessToken = 'ya29.c.b0Aaekm1K9xyz-_ABCDEFGHIJKLMNOP.QRSTUV';
const redacted = (text: string) => redact(Buffer.from(text));

describe('redact, of secrets anywhere in entries', () => {
  it('hides every secret, changes nothing else, and counts what it hid', () => {
    fc.assert(
      fc.property(
        entry,
        secretMember,
        fc.nat(),
        fc.constantFrom(undefined, 1),
        (root, member, random, indent) => {
          const { secret, key, value, form } = member;
          const text = (held: unknown) =>
            JSON.stringify(planted(root, random, [key, held]), undefined, indent);
          const { bytes, found } = redacted(text(value));
          const after = bytes.toString();
          expect(after).not.toContain(secret);
          expect(after).not.toContain(JSON.stringify(secret).slice(1, -1));
          const hidden = findKey(JSON.parse(after), key);
          expect(hidden).toMatch(form);
          expect(after).toBe(text(hidden));
          expect([...(found?.values() ?? [])].reduce((sum, count) => sum + count, 0)).toBe(
            after.split('REDACTED-').length - 1,
          );
          expect(redact(bytes)).toEqual({ bytes, found: undefined });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives back the very same Buffer for entries with none', () => {
    fc.assert(
      fc.property(entry, (root) => {
        const bytes = Buffer.from(JSON.stringify(root));
        expect(redact(bytes).bytes).toBe(bytes);
      }),
    );
  });

  it('never throws and keeps JSON what it was, whatever the words in it', () => {
    const words = fc.constantFrom(
      'password',
      'token',
      ':',
      '=',
      '"',
      '\\',
      '\\"',
      ' ',
      '\n',
      "'",
      '{',
      '}',
      '[',
      ',',
      '-',
      '/',
      'é',
      '\u{1f600}',
      '\u00a0',
      'BEGIN PRIVATE KEY-----',
      '-----',
      '-----END PRIVATE KEY-----',
      'ya29.',
      accessToken,
      '1//0',
      'Bearer ',
      '.eyJ',
      'J9',
      'cHJpdmF0ZV9rZX',
      "PASSWORD '",
      'redis://u:',
      'https://u:',
      'curl -u a:',
      'sshpass -p ',
      ...['mysql -p', ' -a ', 'redis-cli', 'net user ', ' | chpasswd', 'echo a:'],
      '<',
      '>',
      '</',
      '|\n ',
      'value=',
      'InBhc3N3b3JkI',
      'pin',
      '@',
      'secret',
      '$',
      'kind',
      'Secret',
      'data',
    );
    const string = fc.array(words, { maxLength: 14 }).map((parts) => parts.join(''));
    const value = fc.oneof(
      string,
      string.map((text) => JSON.stringify({ [text]: text })),
      string.map((text) => JSON.stringify(text)),
    );
    const shape = (json: unknown): unknown => {
      if (Array.isArray(json)) return json.map(shape);
      return typeof json === 'object' && json !== null ? Object.values(json).map(shape) : typeof json;
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(value, fc.oneof(value, fc.array(value)))), (members) => {
        const before = JSON.stringify(members.map(([key, held]) => ({ [key]: held })));
        const { bytes } = redacted(before);
        const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        expect(shape(JSON.parse(text))).toEqual(shape(JSON.parse(before)));
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(
        fc.uint8Array(),
        string,
        (bytes, text) => void redact(Buffer.concat([bytes, Buffer.from(text), bytes])),
      ),
    );
  });
});

describe('redact, of texts made to keep it busy', () => {
  // Anything but linear time would take a minute, and the runner gives each half of one.
  it.each([
    ...['token: ', '\n   - token', '--token ', "password '", 'J9.eyJaaaaaaaa', '-----BEGIN PRIVATE KEY-----'],
    ...['-----END PRIVATE KEY-----', 'redis://a:b', 'cHJpdmF0ZV9rZX', '\\', '{"secret":'],
    ...[
      'https://a:b',
      'curl -u a:',
      'sshpass -p ',
      ...['mysql -p', 'docker login -p ', 'kubectl --from-literal=a=', 'echo a:b', 'chpasswd:\n list:\n a:b'],
      ...['vault login ', 'net user a b', "ConvertTo-SecureString '"],
      '<password>',
      'password: |\n  ',
      '"password" value="',
      'InBhc3N3b3JkI',
    ],
    ...['PuTTY-User-Key-File-2:', '<token a', '?key=a', '?sig='],
  ])('ends in time when a quarter of a mebibyte says %j, in a text, a name and JSON in JSON', (words) => {
    const text = words.repeat(2 ** 18 / words.length);
    const entry = JSON.stringify({
      ...{ a: `${text} secret`, [`${text} secret`]: 'x', b: JSON.stringify({ secret: text }) },
    });
    const after: unknown = JSON.parse(redact(Buffer.from(entry)).bytes.toString());
    expect(after).toMatchObject({ b: '{"secret":"REDACTED-secret"}' });
  });

  it('ends in time for two mebibytes of small strings', () => {
    const items = Array.from({ length: 2 ** 16 }, () => ({ name: 'token', value: 'x' }));
    const { found } = redact(Buffer.from(JSON.stringify({ items })));
    expect(found).toEqual(new Map([['token', 2 ** 16]]));
  });
});

function findKey(json: unknown, key: string): unknown {
  if (typeof json !== 'object' || json === null) return undefined;
  if (key in json) return (json as Record<string, unknown>)[key];
  return Object.values(json)
    .map((child) => findKey(child, key))
    .find((found) => found !== undefined);
}
