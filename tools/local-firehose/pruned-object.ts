import {
  closeBrace,
  comma,
  mistake,
  openBrace,
  plainEnd,
  quote,
  skipSpace,
  valueEnd,
  valueStart,
  type GuardedText,
} from './json-text.js';

/** Names of members that are to be kept: whole, or only what is named inside. */
export type Wanted = readonly { name: Buffer; label: string; inner: Wanted | undefined }[];

/** Where an object ends, and the JSON text of what is wanted of it, in order. */
export type Pruned = { end: number; kept: string };

/** A path that ends where another goes on keeps all. */
export function wantedBy(paths: readonly (readonly string[])[]): Wanted {
  const names = new Set(paths.map(([name = '']) => name));
  return [...names].map((name) => {
    const rests = paths.filter(([first]) => first === name).map((path) => path.slice(1));
    const isWhole = rests.some((rest) => rest.length === 0);
    return {
      name: Buffer.from(name),
      label: `${JSON.stringify(name)}:`,
      inner: isWhole ? undefined : wantedBy(rests),
    };
  });
}

/** Ends at a mistake, as any scan does; a name with escapes counts as one, for it takes a closer look. */
export function pruneObject(text: GuardedText, start: number, wanted: Wanted, depth: number): Pruned {
  const kept: string[] = [];
  let at = skipSpace(text, start + 1);
  if (text[at] === closeBrace) return { end: at + 1, kept: '{}' };
  for (;;) {
    const nameEnd = text[at] === quote ? plainEnd(text, at + 1) : mistake(text);
    const value = text[nameEnd] === quote ? valueStart(text, nameEnd + 1) : mistake(text);
    const member = memberAt(text, at + 1, nameEnd, wanted);
    let end: number;
    if (member?.inner && text[value] === openBrace && depth > 0) {
      const pruned = pruneObject(text, value, member.inner, depth - 1);
      kept.push(member.label + pruned.kept);
      end = pruned.end;
    } else {
      end = valueEnd(text, value, depth);
      if (member) kept.push(member.label + text.toString('utf8', value, end));
    }
    at = skipSpace(text, end);
    if (text[at] !== comma) break;
    at = skipSpace(text, at + 1);
  }
  return { end: text[at] === closeBrace ? at + 1 : mistake(text), kept: `{${kept.join(',')}}` };
}

function memberAt(text: GuardedText, start: number, end: number, wanted: Wanted): Wanted[number] | undefined {
  for (const member of wanted) {
    if (member.name.length === end - start && isAt(text, start, member.name)) return member;
  }
  return undefined;
}

function isAt(text: GuardedText, start: number, name: Buffer): boolean {
  for (let index = 0; index < name.length; index += 1) if (text[start + index] !== name[index]) return false;
  return true;
}
