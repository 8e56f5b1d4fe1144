export const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
/** What most names and tokens go on with. */
export const characters = [...letters, ...'0123456789_-'];
/** What may stand before a word in JSON text: `n` ends a line break's escape. */
export const starts = Array.from('"\'\\ =:,;|`?&#/@*+~()<>[{nrt');
/** What may stand behind a name, in JSON, YAML, XML and on a command line. */
export const ends = Array.from('"\'\\ =:>');
/** A hint at each way to join two words, such as `te_key`, `te-key` and `tekey"` of a private key. */
export const joined = (left: string, right: string, behind: readonly string[] = [...ends, 's']): string[] => [
  ...['_', '-'].map((joint) => (left.slice(-2) + joint + right).slice(0, 6)),
  ...behind.map((end) => (left.slice(-2) + right + end).slice(0, 6)),
];
