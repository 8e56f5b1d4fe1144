/** The head of a block in YAML, as `password: |` has: the text is in the lines below. */
export const blockScalar = /[|>][-+\d]{0,2}[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|$)/y;

const line = /(?:\r\n|\n|\r)([ \t]*)([^\r\n]*)/y;

/** The lines behind a block's head that are indented more than its name, without the space before the first. */
export function blockBelow(
  text: string,
  nameStart: number,
  headEnd: number,
): { start: number; end: number } | undefined {
  const column = nameStart - (text.lastIndexOf('\n', nameStart - 1) + 1);
  let block: { start: number; end: number } | undefined;
  line.lastIndex = headEnd;
  for (let match = line.exec(text); match; match = line.exec(text)) {
    const [, indent = '', content = ''] = match;
    if (content === '') continue;
    if (indent.length <= column) break;
    const end = line.lastIndex;
    block = { start: block?.start ?? end - content.length, end };
  }
  return block;
}
