/** A map that forgets what was used longest ago as soon as it holds more than its bound. */
export interface BoundedMap<Value> {
  get(key: string): Value | undefined;
  /** As `get`, but does not count as use. */
  peek(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  keys(): IterableIterator<string>;
  values(): IterableIterator<Value>;
  readonly size: number;
}

/** @param max the most entries kept; every cache here has one, so that no caller can grow it without end. */
export function createBoundedMap<Value>(max: number): BoundedMap<Value> {
  const entries = new Map<string, Value>();
  return {
    get(key) {
      const value = entries.get(key);
      // A map lists its keys in the order they were set: setting again makes this the youngest.
      if (value !== undefined && entries.delete(key)) entries.set(key, value);
      return value;
    },
    peek: (key) => entries.get(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size <= max) return;
      const [oldest] = entries.keys();
      if (oldest !== undefined) entries.delete(oldest);
    },
    delete(key) {
      entries.delete(key);
    },
    keys: () => entries.keys(),
    values: () => entries.values(),
    get size() {
      return entries.size;
    },
  };
}
