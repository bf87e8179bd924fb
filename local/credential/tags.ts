import type { Credential } from "../../functions/credentials/index.ts";
import { hasIssuerId, parseTags } from "../../functions/credentials/tags.ts";
import { UsageError } from "../usage-error.ts";

/** What the command line says of a credential; absent: as it is. */
export interface TagFacts {
  kind?: string;
  keyId?: string;
  issuerId?: string;
  bundleIds?: readonly string[];
  appAppleIds?: readonly string[];
  isDefault?: boolean;
}

/** Key Vault's limits. Source: Azure's documentation of secrets. */
const maxTags = 15;
const maxTagLength = 256;

/**
 * The tags of a credential: those it has, with what the command line says put over them. Tags of others' making stay.
 *
 * @throws UsageError when they do not make a credential, or are too many.
 */
export function buildTags(
  name: string,
  facts: TagFacts,
  present: Readonly<Record<string, string>> = {},
): { tags: Record<string, string>; credential: Credential } {
  const tags = new Map(Object.entries(present));
  const put = (tag: string, text: string | undefined) => {
    if (text !== undefined) tags.set(tag, text.trim());
  };
  put("kind", facts.kind);
  put("key-id", facts.keyId);
  put("issuer-id", facts.issuerId);
  putList(tags, "bundle-ids", facts.bundleIds);
  putList(tags, "app-apple-ids", facts.appAppleIds);
  if (facts.isDefault === true) tags.set("default", "true");
  if (facts.isDefault === false) tags.delete("default");

  const long = [...tags].find(([, text]) => text.length > maxTagLength);
  if (long) throw new UsageError(`The tag ${long[0]} would be longer than ${maxTagLength} characters.`);
  if (tags.size > maxTags) {
    throw new UsageError(
      `That makes ${tags.size} tags, and Key Vault takes ${maxTags}: use a second credential.`,
    );
  }
  const made = Object.fromEntries(tags);
  const parsed = parseTags({ name, version: "", tags: made, enabled: true }, "secret");
  if (!parsed) throw new UsageError("Say what kind of credential it is with --kind.");
  if (!parsed.ok) throw new UsageError(`${parsed.message} ${parsed.hint}`);
  if (facts.issuerId !== undefined && !hasIssuerId(parsed.credential.kind)) {
    throw new UsageError(
      `Credentials of the kind ${parsed.credential.kind} have no issuer ID: leave --issuer-id out.`,
    );
  }
  return { tags: made, credential: parsed.credential };
}

/** Writes a list over as many tags as it needs: `bundle-ids`, `bundle-ids-2`, … */
function putList(tags: Map<string, string>, name: string, ids: readonly string[] | undefined): void {
  if (ids === undefined) return;
  for (const tag of [...tags.keys()]) {
    if (tag === name || (tag.startsWith(`${name}-`) && /^\d+$/.test(tag.slice(name.length + 1))))
      tags.delete(tag);
  }
  const parts: string[] = [];
  for (const id of ids) {
    const last = parts.at(-1);
    const longer = last === undefined ? id : `${last},${id}`;
    if (last !== undefined && longer.length <= maxTagLength) parts[parts.length - 1] = longer;
    else parts.push(id);
  }
  for (const [index, part] of parts.entries()) tags.set(index === 0 ? name : `${name}-${index + 1}`, part);
}
