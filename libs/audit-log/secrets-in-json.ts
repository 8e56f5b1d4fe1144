import { BoundedCache } from './bounded-cache.js';
import { closingQuote, decodeString } from './json-strings.js';
import { frameIn, structureRules, wrappers, type Frame, type JsonString } from './json-frames.js';
import { hide, hideNamed, hideNumber, mark, valueOf, type Search } from './json-search.js';
import { hintsIn, isDisguised } from './secret-hints.js';
import { holdsNumber, holdsSecret, secretNameOf, type SecretName } from './secret-values.js';
import { secretsInText, type Secret } from './secrets-in-text.js';

const [quote, comma, braceOpen, braceClose, bracketOpen, bracketClose] = [
  0x22, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d,
] as const;

/** JSON may hold JSON in a string; each level doubles the backslashes, and nobody goes this deep. */
const maxLevels = 8;

/** The secrets in a JSON text, given as its bytes or as its characters in Latin-1: places mean the same. */
export function secretsInJson(bytes: Buffer, level = 0): Secret[] {
  const hints = hintsIn(bytes) ?? [];
  const isAnyDisguised = isDisguised(bytes);
  if (hints.length === 0 && !isAnyDisguised) return [];
  const text = bytes.toString('latin1');
  const search: Search = { text, level, secrets: [] };
  const outer: Frame[] = [];
  let frame = frameIn(undefined, false);
  let hint = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    switch (code) {
      case quote: {
        const end = closingQuote(text, at);
        while ((hints[hint] ?? end) < at) hint++;
        const isHinted = (hints[hint] ?? end) < end || (isAnyDisguised && text.slice(at, end).includes('\\'));
        readString(search, frame, { start: at + 1, end, isHinted });
        at = end;
        break;
      }
      case comma:
        frame.expectsKey = frame.isObject;
        break;
      case braceOpen:
      case bracketOpen:
        outer.push(frame);
        frame = frameIn(frame, code === braceOpen);
        break;
      case braceClose:
      case bracketClose:
        settle(search, frame);
        frame = outer.pop() ?? frame;
        break;
    }
  }
  return search.secrets;
}

function readString(search: Search, frame: Frame, string: JsonString): void {
  if (frame.expectsKey) {
    readKey(search, frame, string);
    return;
  }
  const name = frame.name ?? (frame.isObject ? undefined : nameOfFlag(search, frame, string));
  if (name && hideNamed(search, frame, string, name)) return;
  if (string.isHinted) lookInto(search, string);
  if (frame.dataOf) (frame.dataOf.data ??= []).push(string);
  if (frame.isObject) readMember(search, frame, string);
}

function readKey(search: Search, frame: Frame, string: JsonString): void {
  frame.expectsKey = false;
  frame.key = valueOf(search, string);
  frame.name = string.isHinted ? secretNameOf(frame.key) : undefined;
  if (string.isHinted && !frame.name) lookInto(search, string);
  if (frame.wrapped && wrappers.has(frame.key)) frame.name ??= frame.wrapped;
  if (frame.name && holdsNumber(frame.name)) hideNumber(search, string.end + 1, frame.name);
}

/** In a list of arguments a flag may make a secret of the next, unless that is a flag itself. */
function nameOfFlag(search: Search, frame: Frame, string: JsonString): SecretName | undefined {
  const name = frame.valueName;
  frame.valueName = undefined;
  if (!search.text.startsWith('-', string.start)) return name;
  if (string.isHinted) frame.valueName = secretNameOf(valueOf(search, string));
  return undefined;
}

/** Members that say what their siblings are, and those that are told. */
function readMember(search: Search, frame: Frame, string: JsonString): void {
  switch (frame.key) {
    case 'value':
      (frame.values ??= []).push(string);
      break;
    case 'data':
      if (frame.under !== 'payload') break;
      search.isOfSecretManager ??= /secretmanager/i.test(search.text);
      if (search.isOfSecretManager) hide(search, string, structureRules.secretManager);
      break;
    case 'name':
    case 'key':
    case 'path':
      if (string.isHinted) frame.valueName = secretNameOf(valueOf(search, string).replace(/^.*\//s, ''));
      break;
    // Of a taint or a selector: the value is one to compare with.
    case 'effect':
    case 'operator':
      frame.isSelector = true;
      break;
    case 'kty':
      frame.isJsonWebKey = true;
      break;
    case 'd':
    case 'p':
    case 'q':
    case 'dp':
    case 'dq':
    case 'qi':
    case 'k':
      (frame.keyParts ??= []).push(string);
      break;
    case 'auth':
      if (frame.isOfRegistry) hide(search, string, structureRules.registry);
      break;
    case 'kind':
    case '@type':
      if (string.isHinted)
        frame.isKubernetesSecret ||= /^(?:.*k8s\.io\/v1\.)?Secret$/.test(valueOf(search, string));
      break;
  }
}

/** All siblings are known at the end of an object. */
function settle(search: Search, frame: Frame): void {
  const { valueName, isSelector, isJsonWebKey, keyParts, isKubernetesSecret, values, data } = frame;
  if (valueName && values && !isSelector) {
    for (const string of values)
      if (holdsSecret(valueName, valueOf(search, string))) mark(search, string, valueName.ruleId);
  }
  if (isJsonWebKey && keyParts)
    for (const string of keyParts) hide(search, string, structureRules.jsonWebKey);
  if (!data) return;
  search.isOfSecretsApi ??= /k8s\.core\.v1\.secrets\.|"SecretList"/.test(search.text);
  if (isKubernetesSecret || search.isOfSecretsApi)
    for (const string of data) hide(search, string, structureRules.kubernetes);
}

const maxHarmlessLength = 100;
/** Strings that hold a hint and no secret, such as the name of an API, come again and again. */
const harmless = new BoundedCache<true>();

function remember(text: string): void {
  if (text.length > maxHarmlessLength) return;
  // A copy: a part of a text keeps the whole of it in memory.
  harmless.set(Buffer.from(text, 'latin1').toString('latin1'), true);
}

/** Finds the secrets within a string, be it text or JSON of its own. */
function lookInto({ text, level, secrets }: Search, { start, end }: JsonString): void {
  const raw = text.slice(start, end);
  if (harmless.has(raw)) return;
  const { value, placeOf } = decodeString(text, start, end);
  const found =
    level < maxLevels && isJson(value)
      ? secretsInJson(Buffer.from(value, 'latin1'), level + 1)
      : secretsInText(value);
  if (found.length === 0 && level === 0) remember(raw);
  for (const secret of found) {
    const outer: Secret = { ...secret, start: placeOf(secret.start), end: placeOf(secret.end) };
    if (secret.quote !== undefined) outer.quote = JSON.stringify(secret.quote).slice(1, -1);
    secrets.push(outer);
  }
}

function isJson(value: string): boolean {
  // A look at both ends saves most texts that are none the cost of an exception.
  if (!/^[ \t\r\n]*(?:\{.*\}|\[.*\]|".*")[ \t\r\n]*$/s.test(value)) return false;
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}
