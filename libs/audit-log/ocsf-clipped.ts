/** Entries up to this size may have any text repeated in the fields: the line stays far below its limit. */
const largeEntryBytes = 100_000;
const maxTextLength = 1_000;

/** Fields of an entry so large that repeating its texts could make the line too large: texts are cut. */
export function clipped<Value extends object>(fields: Value, entryBytes: number): Value {
  return entryBytes > largeEntryBytes ? (clip(fields) as Value) : fields;
}

function clip(value: unknown): unknown {
  if (typeof value === 'string') return value.length > maxTextLength ? cut(value) : value;
  if (Array.isArray(value)) return value.map(clip);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, clip(child)]));
}

/** Never within a pair of surrogates. */
function cut(text: string): string {
  const last = text.charCodeAt(maxTextLength - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? maxTextLength - 1 : maxTextLength);
}
