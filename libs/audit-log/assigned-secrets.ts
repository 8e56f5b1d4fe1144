import { blockBelow, blockScalar } from './block-scalar.js';
import { hintLength } from './secret-hints.js';
import { holdsSecret, maxNameLength, secretNameOf } from './secret-values.js';
import type { Secret } from './secrets-in-text.js';

// White space is spelled out: `\s` would mean some bytes in the middle of UTF-8 characters, too.
const assignment = /(\\*["']?)([ \t]*)(:=|=>|={1,3}|:)([ \t]*)(\\*["']?)/y;
const flagValue = /[ \t]{1,9}(\\*["']?)(?!-)/y;
const bareValue = /(?![{[(])[^ \t\r\n"'&;<>|\\`]+/y;
const bareJsonValue = /[^ \t\r\n"'\\,{}[\]]+/y;
const restOfLine = /[^\r\n]+/y;
const onlyWord = /[^ \t\r\n]+(?=[ \t]*$)/y;
/** `<password>x</password>`, and `<add key="password" value="x"/>`. */
const elementOpening = /(?:[ \t\r\n]{1,9}[^<>]{0,200})?>(?:<!\[CDATA\[)?/y;
const elementContent = /[^<]+?(?=(?:\]\]>)?<\/)/y;
const valueBeside = /(?:\\*["'])[ \t\r\n]{1,9}value[ \t]{0,3}=[ \t]{0,3}(\\*["'])/iy;
const variable = /^\$(?:\w*$|[{(])/;

/** Values of names that are secrets': `NAME=value`, `--name value`, `"name": "value"`, `name: value` on its line. */
export function secretsUnderNames(text: string, hints: readonly number[]): Secret[] {
  const secrets: Secret[] = [];
  let done = 0;
  for (const hint of hints) {
    // The hints' places are those in the quoted text.
    let at = Math.max(hint - 1, 0);
    if (at < done) continue;
    // Some begin with what stands before a name.
    for (const last = at + hintLength; at < last && !isNamePart(text.charCodeAt(at));) at++;
    let start = at;
    let end = at;
    while (start > done && at - start < maxNameLength && isNamePart(text.charCodeAt(start - 1))) start--;
    while (end - at < maxNameLength && isNamePart(text.charCodeAt(end))) end++;
    done = end;
    const name = secretNameOf(text.slice(start, end));
    const value = name && valueAfter(text, start, end);
    if (!name || !value) continue;
    done = value.end;
    const held = text.slice(value.start, value.end);
    if (holdsSecret(name, held) && !variable.test(held)) secrets.push({ ...value, ruleId: name.ruleId });
  }
  return secrets;
}

function isNamePart(code: number): boolean {
  const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x2d || code === 0x2e;
}

type Place = { start: number; end: number };

function valueAfter(text: string, nameStart: number, nameEnd: number): Place | undefined {
  const beside = matchAt(valueBeside, text, nameEnd);
  if (beside) return quotedOr(bareValue, text, nameEnd + beside[0].length, beside[1]);
  const opening = opensElement(text, nameStart) ? matchAt(elementOpening, text, nameEnd) : null;
  if (opening) return placeOf(elementContent, text, nameEnd + opening[0].length);
  const match = matchAt(assignment, text, nameEnd);
  if (!match) {
    const flag = text.startsWith('-', nameStart) ? matchAt(flagValue, text, nameEnd) : null;
    return flag ? quotedOr(bareValue, text, nameEnd + flag[0].length, flag[1]) : undefined;
  }
  const [whole, nameQuote = '', before = '', operator = '', after = '', quote = ''] = match;
  const at = nameEnd + whole.length;
  const scalar = operator === ':' && quote === '' ? matchAt(blockScalar, text, at) : null;
  if (scalar) return blockBelow(text, nameStart - nameQuote.length, at + scalar[0].length);
  if (nameQuote !== '') return quotedOr(bareJsonValue, text, at, quote);
  if (quote !== '') return quotedOr(bareValue, text, at, quote);
  // Prose has colons and equal signs, too: with spaces they count only at the start of a line among others.
  if (operator === ':') {
    if (after === '') return undefined;
    if (startsLine(text, nameStart)) return placeOf(restOfLine, text, at);
    return text.slice(0, nameStart).trim() === '' ? placeOf(onlyWord, text, at) : undefined;
  }
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

function opensElement(text: string, nameStart: number): boolean {
  const before = text.charAt(nameStart - 1);
  return (
    before === '<' ||
    (before === ':' && /<[\w.-]{1,40}:$/.test(text.slice(Math.max(0, nameStart - 42), nameStart)))
  );
}

function placeOf(pattern: RegExp, text: string, start: number): Place | undefined {
  const match = matchAt(pattern, text, start);
  return match ? { start, end: start + match[0].length } : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
