import { formRules, harmlessValue, nameRules, type FormRule } from './redaction-rules.js';
import { hintLength, hintsIn } from './secret-hints.js';

/** A secret's place in the text that was searched; `end` is where the text goes on. */
export type Secret = { start: number; end: number; ruleId: string };

/** No name of a secret is longer. */
const maxNameLength = 200;

/** The rule for what stands under a name; nothing for names of no secrets. */
export function ruleOfName(name: string): string | undefined {
  if (name.length > maxNameLength || name.startsWith('REDACTED-')) return undefined;
  return nameRules.find((rule) => rule.name.test(name) && rule.unless?.test(name) !== true)?.id;
}

/** Whether there is anything to hide in the value of a secret's name. */
export function isSecretValue(value: string): boolean {
  return !harmlessValue.test(value);
}

const formsByHint = new Map<string, FormRule[]>();
for (const rule of formRules) {
  for (const hint of rule.hints) formsByHint.set(hint, [...(formsByHint.get(hint) ?? []), rule]);
}

/** The secrets in a text of any kind: prose, a script, a manifest, a command line, an address. */
export function secretsInText(text: string): Secret[] {
  // Some hints are of a word's beginning or end, and the quotes of a string are such.
  const quoted = `"${text}"`;
  const hints = hintsIn(Buffer.from(quoted, 'latin1'));
  if (!hints) return [];
  const forms = new Set<FormRule>();
  for (const hint of hints) {
    const known = formsByHint.get(quoted.slice(hint, hint + hintLength).toLowerCase());
    for (const rule of known ?? []) forms.add(rule);
  }
  return [assigned(text, hints), ...Array.from(forms, (rule) => secretsOfForm(rule, text))].flat();
}

function secretsOfForm(rule: FormRule, text: string): Secret[] {
  const secrets: Secret[] = [];
  const { form } = rule;
  form.lastIndex = 0;
  let last = 0;
  for (let match = form.exec(text); match; match = form.exec(text)) {
    const secret = match[1] ?? match[0];
    let end = form.lastIndex;
    let start = end - secret.length;
    if (rule.until) end = endOf(rule.until, text, end);
    while (rule.before && start > last && rule.before.test(text.charAt(start - 1))) start--;
    while (rule.after && end < text.length && rule.after.test(text.charAt(end))) end++;
    form.lastIndex = last = end;
    if (isSecretValue(secret) && rule.accepts?.(secret) !== false)
      secrets.push({ start, end, ruleId: rule.id });
  }
  return secrets;
}

function endOf(until: RegExp, text: string, from: number): number {
  until.lastIndex = from;
  return until.test(text) ? until.lastIndex : text.length;
}

// White space is spelled out: `\s` would mean some bytes in the middle of UTF-8 characters, too.
const assignment = /(\\*["']?)([ \t]*)(:=|=>|={1,3}|:)([ \t]*)(\\*["']?)/y;
const flagValue = /[ \t]{1,9}(\\*["']?)(?!-)/y;
const bareValue = /(?![{[(])[^ \t\r\n"'&;<>|\\`]+/y;
const bareJsonValue = /[^ \t\r\n"'\\,{}[\]]+/y;
const restOfLine = /[^\r\n]+/y;
const variable = /^\$(?:\w*$|[{(])/;

/** Values of names that are secrets': `NAME=value`, `--name value`, `"name": "value"`, `name: value` on its line. */
function assigned(text: string, hints: readonly number[]): Secret[] {
  const secrets: Secret[] = [];
  let done = 0;
  for (const hint of hints) {
    // The hints' places are those in the quoted text.
    const at = Math.max(hint - 1, 0);
    if (at < done) continue;
    let start = at;
    let end = at;
    while (start > done && at - start < maxNameLength && isNamePart(text.charCodeAt(start - 1))) start--;
    while (end - at < maxNameLength && isNamePart(text.charCodeAt(end))) end++;
    done = end;
    const ruleId = ruleOfName(text.slice(start, end));
    const value = ruleId === undefined ? undefined : valueAfter(text, start, end);
    if (ruleId === undefined || !value) continue;
    done = value.end;
    const held = text.slice(value.start, value.end);
    if (isSecretValue(held) && !variable.test(held)) secrets.push({ ...value, ruleId });
  }
  return secrets;
}

function isNamePart(code: number): boolean {
  const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2d || code === 0x2e;
}

type Place = { start: number; end: number };

function valueAfter(text: string, nameStart: number, nameEnd: number): Place | undefined {
  const match = matchAt(assignment, text, nameEnd);
  if (!match) {
    const flag = text.startsWith('-', nameStart) ? matchAt(flagValue, text, nameEnd) : null;
    return flag ? quotedOr(bareValue, text, nameEnd + flag[0].length, flag[1]) : undefined;
  }
  const [whole, nameQuote = '', before = '', operator = '', after = '', quote = ''] = match;
  const at = nameEnd + whole.length;
  if (nameQuote !== '') return quotedOr(bareJsonValue, text, at, quote);
  if (quote !== '') return quotedOr(bareValue, text, at, quote);
  // Prose has colons and equal signs, too: with spaces they count only at the start of a line among others.
  if (operator === ':')
    return after !== '' && startsLine(text, nameStart) ? placeOf(restOfLine, text, at) : undefined;
  return before + after === '' || startsLine(text, nameStart) ? placeOf(bareValue, text, at) : undefined;
}

function quotedOr(bare: RegExp, text: string, start: number, quote = ''): Place | undefined {
  if (quote === '') return placeOf(bare, text, start);
  const depth = quote.length;
  let end = text.indexOf(quote, start);
  // A quote that stands behind more backslashes is one of the value's own.
  while (end >= 0 && backslashesBefore(text, end + depth - 1, start) % (2 * depth) !== depth - 1) {
    end = text.indexOf(quote, end + 1);
  }
  return { start, end: end < 0 ? text.length : end };
}

function backslashesBefore(text: string, at: number, from: number): number {
  let first = at;
  while (first > from && text.charAt(first - 1) === '\\') first--;
  return at - first;
}

const maxIndent = 100;

function startsLine(text: string, at: number): boolean {
  let start = at;
  while (start > 0 && at - start < maxIndent && ' \t{,-'.includes(text.charAt(start - 1))) start--;
  return text.charAt(start - 1) === '\n' || (start === 0 && text.includes('\n'));
}

function placeOf(pattern: RegExp, text: string, start: number): Place | undefined {
  const match = matchAt(pattern, text, start);
  return match ? { start, end: start + match[0].length } : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
