import { isObject } from "../json.ts";

/** Keys whose values are secrets: partners are open, so the name is all that tells. */
const secretKey = /secret|password|token|signature/i;

/** Keys that sound like it and are public: they stand in apps and links, and hiding them would spoil other answers. */
const publicKey =
  /^(android_?signature_?hash|enforce_?signature|(adjust_?app|app|event|link|tracker)_?token)$/i;

/** Sections of overrides whose `token` is that of an event or a link. */
const publicTokens = new Set(["events", "trackers"]);

/** Shorter values are words, and hiding them would spoil messages. */
const minLength = 6;

/**
 * The secrets in a channel setup or in override settings, at any depth: every value below `sdk_secrets`, and every one
 * of six characters or more whose key names a secret.
 */
export function secretsIn(settings: Readonly<Record<string, unknown>>): string[] {
  const found = Object.entries(settings).flatMap(([key, value]): string[] => {
    if (key === "sdk_secrets") return valuesOf(value);
    if (publicTokens.has(key) || publicKey.test(key)) return [];
    const own = secretKey.test(key) ? plainOf(value) : [];
    return [...own, ...objectsOf(value).flatMap(secretsIn)];
  });
  return [...new Set(found)].filter((text) => text.length >= minLength);
}

/** A text or number, or those of a list. */
function plainOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(plainOf);
  return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
}

/** The objects that a value is, or that its lists hold. */
function objectsOf(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  return isObject(value) ? [value] : [];
}

/** Every text and number, at any depth. */
function valuesOf(value: unknown): string[] {
  return [
    ...plainOf(value),
    ...objectsOf(value).flatMap((object) => Object.values(object).flatMap(valuesOf)),
  ];
}
