import { characters, starts } from './hint-letters.js';

/**
 * A secret is known by its own form, or by the name that it stands under. `hints` are what a search of the
 * raw bytes looks for before anything else is done: six characters or more, in any case, one of which
 * stands in every name or form that the rule means: where no hint stands, no rule is tried. The more of
 * the first six are rare, the better; `*@` behind them means that an address names a user and a password.
 */

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

/** A line of PEM, or of SSH's own form, also in an address, where a space is written `+` or `%20`. */
const pemLine = (word: string): RegExp =>
  new RegExp(
    `-{4,5} ?${word}(?:[A-Z\\d +]|%20){1,40}PRIVATE(?:[ +]|%20)KEY(?:(?:[ +]|%20)BLOCK)? ?-{4,5}`,
    'g',
  );
const pemHints = ['te key', 'te+key', 'te%20k'];
const isNoVariable = (secret: string) => !/^\$(?:\w+|[{(].*)$/.test(secret);
/** Letters and digits, as no word and no number has. */
const isRandom = (secret: string) => /\d/.test(secret) && /[a-z]/i.test(secret);
/** A word of a command line, which the quote before it may make longer than that. */
const commandWord =
  '["\']?((?<="[^ "]{0,128})[^"\\r\\n]{1,256}|(?<=\'[^ \']{0,128})[^\'\\r\\n]{1,256}|[^ \\t\\r\\n"\'-][^ \\t\\r\\n"\']{0,255})';
/** A command that takes a password as the word behind such an option. */
const command = (name: string, option: string): RegExp =>
  new RegExp(`\\b(?:${name})(?=[ \\t])[^\\r\\n;|&]{0,300}?[ \\t]${option}${commandWord}`, 'g');
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
      ...['mssql:', 'cle://*@', 'ckhous', 'ver://*@', 'ftp://*@', 'ssh://*@', 'ldap:/', 'ldaps:', 'smtp:/'],
      ...['smtps:', 'imap:/', 'imaps:', 'mqtt:/', 'mqtts:', 'nats:/', 'fka://*@', 'o4j://*@', 'olt://*@'],
      ...['svn://*@', 'git://*@', 'ks5://*@', 'wss://*@', 'vnc://*@', 'smb://*@', 'tsp://*@', 've2://*@'],
    ],
    // In an address of the Web a query may have an at sign, too.
    form: /\b(?!https?:)[a-z][a-z\d+.-]{1,30}:\/\/[^ \t\r\n:/@"']{0,128}:([^ \t\r\n/"']{1,256})(?=@)/gi,
    accepts: isNoVariable,
  },
  {
    id: 'url-password',
    hints: ['ttp://*@', 'tps://*@'],
    form: /\bhttps?:\/\/[^ \t\r\n:/?#@"'<>]{0,128}:([^ \t\r\n/?#"'<>]{1,256})(?=@)/gi,
    accepts: isNoVariable,
  },
  {
    id: 'url-signature',
    hints: [...'?&'].flatMap((start) => [...characters, '%'].map((next) => `${start}sig=${next}`)),
    form: /[?&]sig=([\w%+/=-]{20,})/gi,
  },
  {
    id: 'url-key',
    hints: [...'?&'].flatMap((start) => characters.map((next) => `${start}key=${next}`)),
    form: /[?&]key=([\w-]{20,})/g,
    accepts: isRandom,
  },
  {
    id: 'command-password',
    hints: ['sshpas', 'curl -'],
    form: /(?:\bsshpass[ \t]{1,9}-p[ \t]{0,9}["']?|\bcurl(?=[ \t])[^\r\n;|&]{0,300}?[ \t](?:-u|--user)[ \t=]{0,9}["']?[^ \t\r\n:"'/]{1,128}:)((?<="[^ "]{0,128})[^"\r\n]{1,256}|(?<='[^ ']{0,128})[^'\r\n]{1,256}|[^ \t\r\n"']{1,256})/g,
    accepts: isNoVariable,
  },
  {
    id: 'command-password',
    hints: ['mysql ', 'sqldum', 'sqladm', 'ariadb'],
    form: command('mysql(?:dump|admin|import)?|mariadb(?:-dump|-admin)?', '-p'),
    accepts: isNoVariable,
  },
  {
    id: 'command-password',
    hints: ['er log', 'an log'],
    form: command('(?:docker|podman)[ \\t]{1,9}login', '-p[ \\t=]{0,9}'),
    accepts: isNoVariable,
  },
  {
    id: 'command-password',
    hints: ['is-cli'],
    form: command('redis-cli', '(?:-a|--pass)[ \\t=]{1,9}'),
    accepts: isNoVariable,
  },
  {
    id: 'command-password',
    hints: ['kubect'],
    form: command('kubectl', '--from-literal[ \\t=]{1,9}["\']?[\\w.-]{1,128}='),
    accepts: isNoVariable,
  },
  {
    id: 'command-password',
    hints: ['ult lo'],
    form: /\bvault[ \t]{1,9}login[ \t]{1,9}(?:-[\w=-]{1,64}[ \t]{1,9}){0,5}([\w-]{1,9}\.[\w.-]{8,256})/g,
  },
  {
    // Of one account, which ends at the pipe, or of all below a key of cloud-init.
    id: 'command-password',
    hints: ['chpass'],
    form: /(?:\b(?:echo|printf)[ \t]{1,9}(?:-\w{1,9}[ \t]{1,9})?["']?[\w.-]{1,64}:([^"'\r\n|]{1,256}?)(?=(?:\\n)?["']?[ \t]{0,9}\|[ \t]{0,9}(?:sudo[ \t]{1,9})?chpasswd)|(?<=\bchpasswd:[ \t]{0,9}[\r\n]{1,2}(?:[ \t]{1,40}expire:[^\r\n]{0,40}[\r\n]{1,2})?[ \t]{1,40}list:[^\r\n]{0,9}[\r\n]{1,2}[ \t-]{1,40}[\w.-]{1,64}:)[^\r\n]{1,256}(?:[\r\n]{1,2}[ \t-]{1,40}[\w.-]{1,64}:[^\r\n]{1,256}){0,99})/g,
    accepts: isNoVariable,
  },
  {
    id: 'command-password',
    hints: ['net us'],
    form: /\bnet(?:\.exe)?[ \t]{1,9}user[ \t]{1,9}[^ \t\r\n/]{1,64}[ \t]{1,9}([^ \t\r\n/][^ \t\r\n]{0,255})(?=[ \t]{1,9}\/)/gi,
  },
  {
    id: 'command-password',
    hints: ['curest'],
    form: /\bConvertTo-SecureString[ \t]{1,9}(?:-String[ \t]{1,9})?["']([^"'\r\n]{1,256})/gi,
    accepts: isNoVariable,
  },
  {
    id: 'token',
    hints: ['token ', 'pikey '],
    form: /\b(?:token|api-?key)[ \t]{1,3}([\w.~+=-]{20,})/gi,
    accepts: isRandom,
  },
  {
    id: 'putty-private-key',
    hints: ['putty-user-key-file-'],
    form: /PuTTY-User-Key-File-\d:/gi,
    until: /Private-(?:MAC|Hash): [\da-f]+/gi,
  },
  {
    // `"password"` and `"auths"` in base64, in each of the three places that a byte can have in it.
    id: 'encoded-credentials',
    hints: ['inbhc3', 'nzd29y', 'icgfzc', 'imf1dg', 'jhdxro', 'iyxv0a'],
    form: new RegExp(
      `(?:InBhc3N3b3JkI|JwYXNzd29yZC|icGFzc3dvcmQi|ImF1dGhzI|JhdXRocy|iYXV0aHMi)${base64Lines}`,
      'g',
    ),
    before: /[\w+/=\n\r-]/,
    after: /[\w+/=\n\r-]/,
  },
  {
    id: 'vendor-token',
    hints: [
      ...['ub_pat', 'glpat-', 'sk_liv', 'rk_liv', 'slack.', 'secret', '.caesi'],
      ...'abprs'.split('').flatMap((kind) => [...'0123456789'].map((next) => `xox${kind}-${next}`)),
      ...[...'"\' =:/\\n'].flatMap((start) => [
        ...[...'oprsu'].flatMap((kind) => characters.map((next) => `${start}gh${kind}_${next}`)),
        ...characters.map((next) => `${start}npm_${next}`),
      ]),
      ...['sk-ant-', 'sk-proj-'],
    ],
    form: /(?<![\w-])(?:npm_[a-zA-Z\d]{36}|sk-(?:proj|ant)-[\w-]{20,})|\b(?:github_pat_\w{22,}|gh[oprsu]_[a-zA-Z\d]{36,}|glpat-[\w-]{20,}|[rs]k_live_\w{16,}|hooks\.slack\.com\/services\/[\w/]{20,}|AGE-SECRET-KEY-1\w{20,}|hvs\.CAESI[\w-]{20,}|xox[abprs]-[\w-]{20,})/g,
  },
];
