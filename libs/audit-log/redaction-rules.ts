/**
 * A secret is known by the name that it stands under, or by its own form. `hints` are what a search of
 * the raw bytes looks for before anything else is done: six characters each, in any case, one of which
 * stands in every name or form that the rule means: where no hint stands, no rule is tried.
 */
export type NameRule = {
  id: string;
  hints: readonly string[];
  /** The string under a member, variable or flag of such a name is a secret, ... */
  name: RegExp;
  /** ...unless this holds for the name, too. */
  unless?: RegExp;
};

/** The whole match is the secret, or the last group, which then ends the match. */
export type FormRule = {
  id: string;
  hints: readonly string[];
  form: RegExp;
  /** The secret goes on to the end of the next match of this, or to the end of the text. */
  until?: RegExp;
  /** The secret also takes in the characters of this class around it. */
  before?: RegExp;
  after?: RegExp;
  accepts?: (secret: string) => boolean;
};

const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
const characters = [...letters, ...'0123456789_-'];
/** What may stand before a word in JSON text (`n` ends a line break's escape), and behind a name. */
const starts = Array.from('"\'\\ =:,;|`?&#/@*+~()<>[{nrt');
const ends = Array.from('"\'\\ =:');
/** A hint at each way to join two words, such as `te_key`, `te-key` and `tekey"` of a private key. */
const joined = (left: string, right: string, behind: readonly string[] = [...ends, 's']): string[] => [
  ...['_', '-'].map((joint) => (left.slice(-2) + joint + right).slice(0, 6)),
  ...behind.map((end) => (left.slice(-2) + right + end).slice(0, 6)),
];

/** Tokens that let nobody in: they say where a list or a transaction goes on, or are counted. */
const harmlessTokens =
  'page|sync|continue|continuation|resume|consistency|cursor|change|partition|start|next|prev|previous|' +
  'idempotency|concurrency|snapshot|watch|query|scroll|iterator|pagination|checkpoint|offset|delta|' +
  'resumption|restart|stream|streaming|forward|dedup|' +
  'max|min|total|num|count|input|output|prompt|candidates?|cached|thoughts|completion|used|reasoning|audio|image|video';

/** Ordered: the first rule that knows a name names the secret. */
export const nameRules: readonly NameRule[] = [
  {
    id: 'private-key',
    hints: [...joined('private', 'key', [...ends, ...'dpbvs_-']), ...joined('client', 'key'), 'tls.ke'],
    name: /(?:(?:^|[^a-z])tls\.key|(?:private|client)[_ -]?key(?:[_-]?(?:data|pem|pkcs\d+|base64|bytes|value))?s?)$/i,
  },
  {
    id: 'password',
    hints: ['passwo', 'passwd', ...joined('pass', 'phrase'), ...joined('pass', 'code')],
    name: /(?:passw(?:or)?ds?|pass[_-]?phrases?|pass[_-]?codes?|passw(?:or)?d[_-]?(?:hash|confirm(?:ation)?|bytes|value|text|v(?=\d)))\d*$/i,
  },
  {
    id: 'password-abbreviation',
    hints: [...letters, ...'_-"'].flatMap((start) => ends.map((end) => `${start}pass${end}`)),
    name: /(?:^|[a-zA-Z\d][_-])(?:pass|Pass|PASS)$|[a-z\d]Pass$/,
  },
  {
    id: 'password-abbreviation',
    hints: [...letters, ...'_-."'].flatMap((start) => [
      ...[':', ' ', '\\'].map((next) => `${start}pwd"${next}`),
      ...characters.map((next) => `${start}pwd=${next}`),
    ]),
    name: /pwd$/i,
    // A shell's working directory.
    unless: /^(?:OLD)?PWD$/,
  },
  {
    id: 'secret',
    hints: ['secret'],
    name: /secrets?(?:[_-]?(?:key(?:[_-]?base)?|value|string|text|data))?\d*$/i,
  },
  {
    id: 'token',
    hints: [...ends, 's', ...'0123456789_-v'].map((end) => `token${end}`),
    name: /tokens?(?:[_-]?value)?\d*$/i,
    unless: new RegExp(`(?:${harmlessTokens})[_-]?tokens?\\d*$`, 'i'),
  },
  {
    id: 'api-key',
    hints: [...joined('api', 'key'), 'keystr', 'key_st', 'key-st'],
    name: /(?:api[_-]?keys?|key[_-]?string)\d*$/i,
  },
  {
    id: 'key-material',
    hints: [
      ...['signing', 'access', 'account', 'shared', 'encryption', 'master', 'fernet', 'raw'],
      ...['hmac', 'tsig', 'pairing'],
    ]
      .flatMap((word) => joined(word, 'key'))
      .concat(joined('key', 'material')),
    name: /(?:(?:signing|access|account|shared|encryption|master|fernet|hmac|tsig|pairing|(?:^|[^a-z])raw)[_-]?key\d*|key[_-]?material)$/i,
  },
  { id: 'auth-string', hints: joined('auth', 'string'), name: /auth[_-]?string$/i },
  {
    id: 'assertion',
    hints: [...joined('signed', 'jwt'), ...joined('signed', 'blob'), ...joined('client', 'assertion')],
    name: /(?:signed[_-]?(?:jwt|blob)|client[_-]?assertion)$/i,
  },
  { id: 'cookie', hints: ['cookie'], name: /^(?:set|session|auth)?[_-]?cookies?$/i },
  { id: 'plaintext', hints: joined('plain', 'text'), name: /^plain[_-]?text$/i },
  { id: 'url-signature', hints: ['g-sign', 'z-sign'], name: /^x-(?:goog|amz)-signature$/i },
];

/** A line of PEM, or of SSH's own form, also in an address, where a space is written `+` or `%20`. */
const pemLine = (word: string): RegExp =>
  new RegExp(
    `-{4,5} ?${word}(?:[A-Z\\d +]|%20){1,40}PRIVATE(?:[ +]|%20)KEY(?:(?:[ +]|%20)BLOCK)? ?-{4,5}`,
    'g',
  );
const pemHints = ['te key', 'te+key', 'te%20k'];
/** Between lines of base64 in a manifest or a script: indented, quoted, or with their ends escaped. */
const base64Lines =
  '(?:[\\w+/=-]*["\']?[ \\t]{0,3}[+,\\\\]?(?:[\\r\\n]{1,2}|\\\\{1,2}n)[ \\t]{0,40}["\']?[\\w+/=-]{20,})*';

/** Fits what is known by its form, wherever it stands in a string. */
export const formRules: readonly FormRule[] = [
  {
    id: 'pem-private-key',
    hints: pemHints,
    form: pemLine('BEGIN'),
    until: pemLine('END'),
  },
  // The rest of a key whose beginning is in another piece of a split entry.
  {
    id: 'pem-private-key',
    hints: pemHints,
    form: pemLine('END'),
    before: /[\w+/=\\\n\r]/,
  },
  {
    // `private_key` and `PRIVATE KEY` in base64, in each of the three places that a byte can have in it.
    id: 'encoded-private-key',
    hints: ['hjpdmf', 'yaxzhd', 'ml2yxr', 'fjjvkf', 'ssvzbv', 'uklwqv'],
    form: new RegExp(
      `(?:cHJpdmF0ZV9rZX|ByaXZhdGVfa2V5|wcml2YXRlX2tle|UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)${base64Lines}`,
      'g',
    ),
    before: /[\w+/=\n\r-]/,
    after: /[\w+/=\n\r-]/,
  },
  { id: 'oauth-access-token', hints: characters.map((next) => `ya29.${next}`), form: /ya29\.[\w.-]{16,}/g },
  {
    id: 'oauth-refresh-token',
    hints: [...starts.flatMap((start) => characters.map((next) => `${start}1//0${next}`)), '1\\/\\/0'],
    form: /1\/\/0[\w-]{20,}/g,
  },
  { id: 'oauth-client-secret', hints: ['gocspx'], form: /GOCSPX-[\w-]{20,}/g },
  {
    id: 'google-api-key',
    hints: [...starts.flatMap((start) => characters.map((next) => `${start}aiza${next}`)), 'aizasy'],
    form: /AIza[\w-]{35}/g,
  },
  {
    id: 'json-web-token',
    hints: ['j9.eyj', 'n0.eyj', 'fq.eyj'],
    form: /(?:J9|n0|fQ)\.eyJ[\w-]{8,}\.[\w-]{8,}/g,
    before: /[\w-]/,
  },
  {
    id: 'bearer-token',
    hints: ['bearer'],
    form: /\bbearer[ \t]{1,9}([\w.~+/=-]{16,})/gi,
    // Words are a sentence about bearers.
    accepts: (secret) => !/^[A-Z]?[a-z]+(?:[-_./][a-z]+)*\.?$/.test(secret),
  },
  {
    id: 'basic-credentials',
    hints: ['basic '],
    form: /\bbasic[ \t]{1,9}([A-Za-z\d+/]{6,}={0,2})/gi,
    accepts: (secret) => /^[ -~]*:[ -~]*$/.test(Buffer.from(secret, 'base64').toString('latin1')),
  },
  {
    id: 'sql-password',
    hints: ['passwo', 'ied by', 'ied wi'],
    form: /(?<![\w-])(?:password(?:[ \t\r\n]{1,9}for[ \t\r\n]{1,9}[^ =]{1,200})?|identified(?:[ \t]{1,9}with[ \t]{1,9}['"\w]{1,60})?[ \t]{1,9}by(?:[ \t]{1,9}password)?)(?:[ \t\r\n]{1,9}|[ \t]{0,9}=[ \t]{0,9})(?:password[ \t]{0,9})?\(?'([^']+(?:''[^']*){0,9})/gi,
  },
  {
    id: 'sql-password',
    hints: ['ied by', 'ied wi'],
    form: /\bidentified(?:[ \t]{1,9}with[ \t]{1,9}['"\w]{1,60})?[ \t]{1,9}by[ \t\r\n]{1,9}"([^"]+)/gi,
  },
  {
    // In an address or a connection string; elsewhere they are known by their names.
    id: 'password-abbreviation',
    hints: [...'?&;'].flatMap((start) => [
      `${start}pass=`,
      ...characters.map((next) => `${start}pwd=${next}`),
    ]),
    form: /[?&;](?:pass|pwd)=([^ \t\r\n"'&;<>\\]+)/gi,
  },
  {
    id: 'url-password',
    hints: [
      ...['ostgre', 'mysql:', 'mysql+', 'mariad', 'mongod', 'redis:', 'rediss', 'amqp:/', 'amqps:'],
      ...['lserve', 'mssql:', 'oracle', 'clickh', 'ftp://', 'ssh://', 'ldap:/', 'ldaps:', 'smtp:/', 'smtps:'],
      // Users under whose name a token is the password.
      ...['/oauth', 'token:'],
    ],
    form: /\b[a-z][a-z\d+.-]{1,30}:\/\/[^ \t\r\n:/@"']{0,128}:([^ \t\r\n/"']{1,256})(?=@)/gi,
  },
  { id: 'url-signature', hints: ['&signa', '?signa'], form: /[?&]signature=([\w%+/=-]{20,})/gi },
  {
    id: 'vendor-token',
    hints: [
      ...['ub_pat', 'glpat-', 'sk_liv', 'rk_liv', 'slack.', 'secret', 'hvs.ca'],
      ...'abprs'.split('').flatMap((kind) => [...'0123456789'].map((next) => `xox${kind}-${next}`)),
      ...[...'"\' =:/\\n'].flatMap((start) =>
        [...'oprsu'].flatMap((kind) => characters.map((next) => `${start}gh${kind}_${next}`)),
      ),
    ],
    form: /\b(?:github_pat_\w{22,}|gh[oprsu]_[a-zA-Z\d]{36,}|glpat-[\w-]{20,}|[rs]k_live_\w{16,}|hooks\.slack\.com\/services\/[\w/]{20,}|AGE-SECRET-KEY-1\w{20,}|hvs\.CA[\w-]{20,}|xox[abprs]-[\w-]{20,})/g,
  },
];

/** Secrets that only the structure around them tells; secrets-in-json.ts knows how. Their hint is that of `secret`. */
export const structureRules = { kubernetes: 'kubernetes-secret', secretManager: 'secret-payload' } as const;

/** Values that stand for a secret, or for none: names of resources, references to variables, markers. */
export const harmlessValue =
  /^(?:|REDACTED-[a-z-]+|true|false|null|none|\*+|<[^<>]*>|\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\}|(?:\/\/[\w.-]+\/)?(?:projects|folders|organizations)\/[^/ ]+\/[^ ]*)$/i;
