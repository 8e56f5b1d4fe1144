/** jq's result: a value, or an error as jq raises it. */
type Result = { value: unknown } | { error: string };
type Evaluate = (input: unknown) => Result;
/** What a query gives for an input, and all the paths at which it looks. */
export type PlainQuery = { evaluate: Evaluate; paths: readonly (readonly string[])[] };

/**
 * Reads `{key: path, ...}` where a value is a path (`.a.b`, `."quoted"`), a string, or alternatives of
 * these by `//`, as jq would; `undefined` for any other query.
 */
export function parsePlainQuery(query: string): PlainQuery | undefined {
  try {
    const parser = new Parser(query);
    return { evaluate: parser.object(), paths: parser.paths };
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class NotPlain extends Error {}

class Parser {
  readonly paths: string[][] = [];
  private readonly tokens: string[];
  private next = 0;

  constructor(query: string) {
    const token = /\s*(?:([{}(),:]|\/\/|\.)|([A-Za-z_]\w*)|("(?:[^"\\]|\\.)*"))\s*/y;
    this.tokens = [];
    while (token.lastIndex < query.length) {
      const match = token.exec(query);
      if (!match) throw new NotPlain();
      this.tokens.push(match[1] ?? match[2] ?? match[3] ?? '');
    }
  }

  object(): Evaluate {
    this.expect('{');
    const fields: { name: string; evaluate: Evaluate }[] = [];
    do {
      const name = this.name();
      this.expect(':');
      fields.push({ name, evaluate: this.value() });
    } while (this.take(','));
    this.expect('}');
    if (this.next !== this.tokens.length) throw new NotPlain();
    return (input) => {
      const entries: [string, unknown][] = [];
      for (const { name, evaluate } of fields) {
        const result = evaluate(input);
        if ('error' in result) return result;
        entries.push([name, result.value]);
      }
      return { value: Object.fromEntries(entries) };
    };
  }

  private value(): Evaluate {
    if (!this.take('(')) return this.primary();
    const alternatives = [this.primary()];
    while (this.take('//')) alternatives.push(this.primary());
    this.expect(')');
    const last = alternatives.pop();
    if (!last) throw new NotPlain();
    return (input) => {
      for (const alternative of alternatives) {
        // jq's `//` passes over null, false and errors, but takes its last alternative as it is.
        const result = alternative(input);
        if ('value' in result && result.value !== null && result.value !== false) return result;
      }
      return last(input);
    };
  }

  private primary(): Evaluate {
    const token = this.tokens[this.next];
    if (token?.startsWith('"')) {
      const value = this.name();
      return () => ({ value });
    }
    const path: string[] = [];
    while (this.take('.')) path.push(this.name());
    if (path.length === 0) throw new NotPlain();
    this.paths.push(path);
    return (input) => follow(input, path);
  }

  private name(): string {
    const token = this.tokens[this.next] ?? '';
    if (!/^["A-Za-z_]/.test(token) || token.includes('\\')) throw new NotPlain();
    this.next += 1;
    return token.startsWith('"') ? token.slice(1, -1) : token;
  }

  private take(token: string): boolean {
    if (this.tokens[this.next] !== token) return false;
    this.next += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw new NotPlain();
  }
}

function follow(input: unknown, path: readonly string[]): Result {
  let value = input;
  for (const name of path) {
    if (value === null) continue;
    if (typeof value !== 'object' || Array.isArray(value)) return { error: `Cannot index with "${name}"` };
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null;
  }
  return { value };
}
