import { closingQuote, decodeString } from './json-strings.js';
import { structureRules } from './redaction-rules.js';
import { hintsIn, isDisguised } from './secret-hints.js';
import { isSecretValue, ruleOfName, secretsInText, type Secret } from './secrets-in-text.js';

const [quote, comma, braceOpen, braceClose, bracketOpen, bracketClose] = [
  0x22, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d,
] as const;

/** JSON may hold JSON in a string; each level doubles the backslashes, and nobody goes this deep. */
const maxLevels = 8;

type Search = {
  text: string;
  level: number;
  secrets: Secret[];
  isOfSecretsApi?: boolean;
  isOfSecretManager?: boolean;
};

/** What stands between two quotes. Without a hint only what is around it can make it a secret. */
type JsonString = { start: number; end: number; isHinted: boolean };

/** An object or array that is being read. */
type Frame = {
  isObject: boolean;
  expectsKey: boolean;
  /** The member that it stands in, and the one that is being read. */
  under: string;
  key: string;
  /** Makes secrets of the strings in the current member, or in the array. */
  ruleId: string | undefined;
  /** What a name makes of the `value` beside it, or a flag of the string after it. */
  valueRuleId: string | undefined;
  isKubernetesSecret: boolean;
  /** Strings that a sibling decides on, which may come after them. */
  values: JsonString[] | undefined;
  data: JsonString[] | undefined;
  /** The object in whose data it stands. */
  dataOf: Frame | undefined;
};

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

function frameIn(outer: Frame | undefined, isObject: boolean): Frame {
  const isData = outer?.isObject === true && (outer.key === 'data' || outer.key === 'stringData');
  return {
    isObject,
    expectsKey: isObject,
    under: outer?.key ?? '',
    key: '',
    ruleId: isObject ? undefined : outer?.ruleId,
    valueRuleId: undefined,
    isKubernetesSecret: false,
    values: undefined,
    data: undefined,
    dataOf: isData ? outer : outer?.dataOf,
  };
}

function readString(search: Search, frame: Frame, string: JsonString): void {
  if (frame.expectsKey) {
    frame.expectsKey = false;
    frame.key = valueOf(search, string);
    frame.ruleId = string.isHinted ? ruleOfName(frame.key) : undefined;
    if (string.isHinted && frame.ruleId === undefined) lookInto(search, string);
    return;
  }
  const ruleId = frame.ruleId ?? (frame.isObject ? undefined : ruleBehindFlag(search, frame, string));
  if (ruleId !== undefined && hide(search, string, ruleId)) return;
  if (string.isHinted) lookInto(search, string);
  if (frame.dataOf) (frame.dataOf.data ??= []).push(string);
  if (frame.isObject) readMember(search, frame, string);
}

/** In a list of arguments a flag may make a secret of the next, unless that is a flag itself. */
function ruleBehindFlag(search: Search, frame: Frame, string: JsonString): string | undefined {
  const ruleId = frame.valueRuleId;
  frame.valueRuleId = undefined;
  if (!search.text.startsWith('-', string.start)) return ruleId;
  if (string.isHinted) frame.valueRuleId = ruleOfName(valueOf(search, string));
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
      if (string.isHinted) frame.valueRuleId = ruleOfName(valueOf(search, string).replace(/^.*\//s, ''));
      break;
    case 'kind':
    case '@type':
      if (string.isHinted)
        frame.isKubernetesSecret ||= /^(?:.*k8s\.io\/v1\.)?Secret$/.test(valueOf(search, string));
      break;
  }
}

/** All siblings are known at the end of an object. */
function settle(search: Search, { valueRuleId, isKubernetesSecret, values, data }: Frame): void {
  if (valueRuleId !== undefined) for (const string of values ?? []) hide(search, string, valueRuleId);
  if (!data) return;
  search.isOfSecretsApi ??= /k8s\.core\.v1\.secrets\.|"SecretList"/.test(search.text);
  if (isKubernetesSecret || search.isOfSecretsApi)
    for (const string of data) hide(search, string, structureRules.kubernetes);
}

function valueOf({ text }: Search, { start, end }: JsonString): string {
  return decodeString(text, start, end).value;
}

/** Makes a secret of the whole string, unless it is a name of one or a placeholder. */
function hide(search: Search, string: JsonString, ruleId: string): boolean {
  const isSecret = isSecretValue(valueOf(search, string));
  if (isSecret) search.secrets.push({ start: string.start, end: string.end, ruleId });
  return isSecret;
}

/** Finds the secrets within a string, be it text or JSON of its own. */
function lookInto({ text, level, secrets }: Search, { start, end }: JsonString): void {
  const { value, placeOf } = decodeString(text, start, end);
  const found =
    level < maxLevels && isJson(value)
      ? secretsInJson(Buffer.from(value, 'latin1'), level + 1)
      : secretsInText(value);
  for (const secret of found) {
    secrets.push({ ...secret, start: placeOf(secret.start), end: placeOf(secret.end) });
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
