import { isObject } from "../json.ts";
import type { VaultSecret } from "./vault.ts";

/**
 * Reads a file of the vault folder: `{ "value": "…", "tags": {…}, "enabled": true, "expiresOn": null }`. `value` is
 * required, the rest may be left out. A file that cannot be read so is listed with a `problem` and never used.
 *
 * @param text the file's content; undefined when it is too large to be read.
 */
export function parseVaultFile(name: string, version: string, text: string | undefined): VaultSecret {
  const refused = (problem: string, tags: Record<string, string> = {}): VaultSecret => ({
    name,
    version,
    tags,
    enabled: false,
    value: "",
    problem,
  });
  if (text === undefined) return refused("The file is larger than 64 KB.");
  const file = parseJson(text);
  if (!isObject(file)) return refused("The file is not a JSON object.");
  const tags = toTags(file.tags ?? {});
  if (!tags) return refused("tags must be an object of strings.");
  const { value, enabled = true, expiresOn = null } = file;
  if (typeof value !== "string" || value === "")
    return refused("value must be a string that is not empty.", tags);
  if (typeof enabled !== "boolean") return refused("enabled must be true or false.", tags);
  if (expiresOn === null) return { name, version, tags, enabled, value };
  const expiry = typeof expiresOn === "string" ? Date.parse(expiresOn) : Number.NaN;
  if (Number.isNaN(expiry)) {
    return refused("expiresOn must be null or a date such as 2030-01-31T00:00:00Z.", tags);
  }
  return { name, version, tags, enabled, value, expiresOn: expiry };
}

function parseJson(text: string): unknown {
  try {
    // Editors on Windows may put a byte order mark in front.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    // The parser's message quotes the text, and the text holds the secret.
    return undefined;
  }
}

function toTags(value: unknown): Record<string, string> | undefined {
  if (!isObject(value)) return undefined;
  const tags: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== "string") return undefined;
    tags[name] = text;
  }
  return tags;
}
