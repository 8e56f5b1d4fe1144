/** One word for a POSIX shell, whatever is in it. The text must not contain NUL, as no argument may. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

const hclEscapes: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '${': '$${',
  '%{': '%%{',
};

/** A quoted HCL string, in which nothing is interpolated. */
export function hclString(text: string): string {
  const special = /["\\]|[$%]\{|[\u0000-\u001f\u007f\u2028\u2029]/g;
  return `"${text.replace(special, (found) => hclEscapes[found] ?? unicodeEscape(found))}"`;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
