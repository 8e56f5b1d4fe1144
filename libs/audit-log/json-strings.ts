/** JSON text and its strings, read by position: what is found in a value can be told in the text's own terms. */
const backslash = 0x5c;

/** Where the string that opens at `quoteAt` closes, or the text's end. */
export function closingQuote(text: string, quoteAt: number): number {
  let at = text.indexOf('"', quoteAt + 1);
  while (at >= 0 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at < 0 ? text.length : at;
}

function isEscaped(text: string, at: number): boolean {
  let first = at;
  while (first > 0 && text.charCodeAt(first - 1) === backslash) first--;
  return (at - first) % 2 === 1;
}

/** A string's value, and for each of its characters and its end the place in the text that it comes from. */
export type Decoded = { value: string; placeOf: (index: number) => number };

const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** Decodes what stands between the quotes; of a broken escape the backslash is left out. */
export function decodeString(text: string, from: number, to: number): Decoded {
  const raw = text.slice(from, to);
  let escape = raw.indexOf('\\');
  if (escape < 0) return { value: raw, placeOf: (index) => from + index };
  const parts: string[] = [];
  const places = new Uint32Array(raw.length + 1);
  let length = 0;
  let at = 0;
  const take = (part: string, width: number) => {
    parts.push(part);
    for (let index = 0; index < part.length; index++) places[length++] = from + at + index;
    at += width;
  };
  while (escape >= 0) {
    if (escape > at) take(raw.slice(at, escape), escape - at);
    const letter = raw.charAt(at + 1);
    const code = letter === 'u' ? /^[\da-f]{4}$/i.exec(raw.slice(at + 2, at + 6)) : null;
    if (code) take(String.fromCharCode(parseInt(code[0], 16)), 6);
    else take(named[letter] ?? letter, 2);
    escape = raw.indexOf('\\', at);
  }
  if (at < raw.length) take(raw.slice(at), raw.length - at);
  places[length] = to;
  return { value: parts.join(''), placeOf: (index) => places[index] ?? to };
}
