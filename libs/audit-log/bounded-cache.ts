const maxEntries = 10_000;

/** Traffic repeats few texts, but whoever writes entries may make up as many as they like: then it starts anew. */
export class BoundedCache<Value> extends Map<string, Value> {
  override set(key: string, value: Value): this {
    if (this.size >= maxEntries) this.clear();
    return super.set(key, value);
  }
}
