import { characters, ends, joined, letters } from './hint-letters.js';

/** A secret is known by the name that it stands under; form-rules.ts tells what `hints` are. */
export type NameRule = {
  id: string;
  hints: readonly string[];
  /** The string under a member, variable or flag of such a name is a secret, ... */
  name: RegExp;
  /** ...unless this holds for the name, too. */
  unless?: RegExp;
  /** What any such secret looks like. */
  value?: RegExp;
  /** People make them up: a number may be one, and a word in capitals is not a constant's name. */
  isMadeUp?: true;
};

/** Tokens that let nobody in: they say where a list or a transaction goes on, or are counted. */
const harmlessTokens =
  'page|sync|continue|continuation|resume|consistency|cursor|change|partition|start|next|prev|previous|' +
  'idempotency|concurrency|snapshot|watch|query|scroll|iterator|pagination|checkpoint|offset|delta|' +
  'resumption|restart|stream|streaming|forward|dedup|transaction|' +
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
    isMadeUp: true,
  },
  {
    id: 'pin',
    hints: ['"pin":', '"pin" ', '"pin\\"', 'pincod', 'pin_co', 'pin-co'],
    name: /^pin$|pin[_-]?code$/i,
    value: /^\d{4,12}$/,
    isMadeUp: true,
  },
  {
    id: 'password-abbreviation',
    hints: [...letters, ...'_-"'].flatMap((start) => ends.map((end) => `${start}pass${end}`)),
    name: /(?:^|[a-zA-Z\d][_-])(?:pass|Pass|PASS)$|[a-z\d]Pass$/,
    isMadeUp: true,
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
    isMadeUp: true,
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
      ...['signing', 'signer', 'access', 'account', 'shared', 'encryption', 'master', 'fernet', 'raw'],
      ...['hmac', 'tsig', 'pairing'],
    ]
      .flatMap((word) => joined(word, 'key'))
      .concat(joined('key', 'material')),
    name: /(?:(?:sign(?:ing|er)|access|account|shared|encryption|master|fernet|hmac|tsig|pairing|(?:^|[^a-z])raw)[_-]?key\d*|key[_-]?material)$/i,
  },
  {
    id: 'key-material',
    hints: joined('service', 'key'),
    name: /service[_-]?key$/i,
    // Shorter ones name a service.
    value: /^[\w+/=-]{20,}$/,
  },
  // What the mail for a lost password holds, and what stands between two factors.
  { id: 'one-time-code', hints: joined('oob', 'code'), name: /oob[_-]?code$/i },
  {
    id: 'one-time-code',
    hints: joined('pending', 'credential'),
    name: /pending[_-]?credential$/i,
  },
  { id: 'auth-string', hints: joined('auth', 'string'), name: /auth[_-]?string$/i },
  {
    id: 'assertion',
    hints: [...joined('signed', 'jwt'), ...joined('signed', 'blob'), ...joined('client', 'assertion')],
    name: /(?:signed[_-]?(?:jwt|blob)|client[_-]?assertion)$/i,
  },
  { id: 'cookie', hints: ['cookie'], name: /^(?:set|session|auth)?[_-]?cookies?$/i },
  { id: 'plaintext', hints: joined('plain', 'text'), name: /^plain[_-]?text$/i, isMadeUp: true },
  {
    id: 'authorization',
    hints: [...'"-_'].flatMap((start) => [...'"\\'].map((end) => `${start}authorization${end}`)),
    name: /^(?:[a-z]+[_-])*authorization$/i,
    value: /.{8}/s,
  },
  { id: 'docker-config', hints: ['ockerc'], name: /^\.?docker(?:cfg|config(?:json)?)$/i },
  { id: 'url-signature', hints: ['g-sign', 'z-sign'], name: /^x-(?:goog|amz)-signature$/i },
];
