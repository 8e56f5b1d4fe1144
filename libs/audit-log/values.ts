/** Reads from a JSON value of any shape: what is of another type is as if it were not there. */
export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function field(of: Fields | undefined, name: string): Fields | undefined {
  return fields(of?.[name]);
}

/** A string that says something. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return fields(value) !== undefined;
}

/** The objects of an array. */
export function list(value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) return [];
  const items = value as unknown[];
  return items.every(isFields) ? items : items.filter(isFields);
}

/** An integer, also in the text form that protobuf gives int64. */
export function integer(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/** What is empty is as if it were not there. */
export function some<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}
