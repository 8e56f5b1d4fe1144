/** Gives a text as it stands between the quotes of a JSON string. */
export type Escape = (text: string) => string;

const largeEntryBytes = 100_000;
const maxTextLength = 1_000;
const backslash = 0x5c;

/**
 * How to write the texts of an entry. Where its bytes hold no backslash, none of its texts holds what would
 * have to be escaped; of a large entry texts are cut, so that to repeat them does not make the line too large.
 */
export function escapeFor(bytes: Buffer): Escape {
  if (bytes.length > largeEntryBytes) return cutAndEscaped;
  return bytes.includes(backslash) ? escaped : plain;
}

const plain: Escape = (text) => text;
/** For any text. */
export const escaped: Escape = (text) => JSON.stringify(text).slice(1, -1);
const cutAndEscaped: Escape = (text) => escaped(cut(text));

/** Never within a pair of surrogates. */
function cut(text: string): string {
  if (text.length <= maxTextLength) return text;
  const last = text.charCodeAt(maxTextLength - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxTextLength - 1 : maxTextLength);
}

/** A text behind other members, its key as it is written, as `,"uid":"`; nothing when there is none. */
export function member(key: string, text: string | undefined, escape: Escape): string {
  return text === undefined ? '' : `${key}${escape(text)}"`;
}

/** A value behind other members that is JSON already, or a number; its key as `,"code":`. */
export function memberOf(key: string, json: string | number | undefined): string {
  return json === undefined ? '' : key + String(json);
}

/** An object of members that each begin with a comma. */
export function objectOf(members: string): string {
  return `{${members.slice(1)}}`;
}

/** The members of an object, behind others. */
export function membersOf(fields: object, escape: Escape): string {
  const json = jsonOf(fields, escape);
  return json === '{}' ? '' : `,${json.slice(1, -1)}`;
}

/** The JSON of what is rare. */
export function jsonOf(value: object, escape: Escape): string {
  if (escape !== cutAndEscaped) return JSON.stringify(value);
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? cut(part) : part));
}
