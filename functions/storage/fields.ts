import type { RowFields } from "./storage.ts";

/** A text of a row holds 64 KB of UTF-16. Source: Azure's Table service. */
export const maxText = 32_000;

/** Fields of a row, without those that have no value. */
export function present(fields: Readonly<Record<string, string | number | boolean | undefined>>): RowFields {
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && name !== "etag") kept[name] = value;
  }
  return kept;
}

/** A field that is a text. */
export function text(fields: RowFields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

/** A field that is a number; 0 where it is absent. */
export function number(fields: RowFields, name: string): number {
  const value = fields[name];
  return typeof value === "number" ? value : 0;
}

/** A field of JSON that only this app wrote. */
export function json<Value>(fields: RowFields, name: string): Value | undefined {
  const value = text(fields, name);
  return value === undefined ? undefined : (JSON.parse(value) as Value);
}
