import { applePattern, bundleIdPattern, maxBundleIdLength, uuidPattern } from "../patterns.ts";
import { type Credential, type CredentialKind, credentialKinds } from "./credential.ts";
import type { VaultItem } from "./vault.ts";

/** Forms of what tags hold. Apple's key IDs are 10 capitals and digits; others are let through, within reason. */
export const tagForms = {
  keyId: /^[A-Za-z0-9]{8,20}$/,
  issuerId: new RegExp(uuidPattern),
  bundleId: new RegExp(`(?=^.{1,${maxBundleIdLength}}$)${bundleIdPattern}`),
  appAppleId: new RegExp(applePattern),
} as const;

/** What the tags of a secret or key amount to. `undefined`: no `kind`, so it is none of ours. */
export type TagsResult =
  | { ok: true; credential: Credential }
  | { ok: false; message: string; hint: string }
  | undefined;

/** What each kind asks of its tags. */
const asks: Readonly<Record<CredentialKind, readonly ("key-id" | "issuer-id" | "bundle-ids")[]>> = {
  "app-store-connect-team": ["key-id", "issuer-id"],
  "app-store-connect-individual": ["key-id"],
  "in-app-purchase": ["key-id", "issuer-id", "bundle-ids"],
  adjust: [],
  "adjust-s2s": [],
  "app-store-connect-webhook": [],
  "app-store-connect-webhook-master": [],
  "adjust-callback": [],
  "app-store-shared-secret": [],
};

/** Kinds whose tokens name an issuer. */
export function hasIssuerId(kind: CredentialKind): boolean {
  return asks[kind].includes("issuer-id");
}

/** Kinds whose secret is an EC private key that signs tokens. */
export function signsTokens(kind: CredentialKind): boolean {
  return asks[kind].includes("key-id");
}

/** Kinds whose secret is itself the token that is sent. */
export function isSentAsBearer(kind: CredentialKind): boolean {
  return kind === "adjust" || kind === "adjust-s2s";
}

/** Whether `text` is a kind of credential. */
export function isCredentialKind(text: string): text is CredentialKind {
  return credentialKinds.some((kind) => kind === text);
}

/**
 * Reads the tags of a secret or key. Source of the tags: the table of credentials in the documents.
 *
 * @returns the credential, what is wrong with the tags, or `undefined` when there is no `kind`.
 */
export function parseTags(item: VaultItem, held: Credential["held"]): TagsResult {
  const kind = tag(item, "kind");
  if (kind === undefined) return undefined;
  if (!isCredentialKind(kind)) {
    return wrong(
      `The tag kind is not known: ${shown(kind)}.`,
      `Set it to one of ${credentialKinds.join(", ")}.`,
    );
  }
  if (held === "key" && !signsTokens(kind)) {
    return wrong(`A key cannot be a credential of the kind ${kind}.`, "Keep it as a secret instead.");
  }
  const keyId = tag(item, "key-id");
  const issuerId = tag(item, "issuer-id");
  const bundleIds = listTag(item, "bundle-ids", tagForms.bundleId);
  const appAppleIds = listTag(item, "app-apple-ids", tagForms.appAppleId);
  if (!Array.isArray(bundleIds)) return wrong(bundleIds.message, "Correct the list of bundle IDs.");
  if (!Array.isArray(appAppleIds)) return wrong(appAppleIds.message, "Correct the list of Apple IDs.");
  const present = { "key-id": keyId, "issuer-id": issuerId, "bundle-ids": bundleIds[0] };
  for (const name of asks[kind]) {
    if (present[name] === undefined) {
      return wrong(`The tag ${name} is missing.`, `Credentials of the kind ${kind} need it.`);
    }
  }
  if (signsTokens(kind) && keyId !== undefined && !tagForms.keyId.test(keyId)) {
    return wrong(
      "The tag key-id is not a key ID.",
      "It is the ID of the key in App Store Connect, such as 2X9R4HXF34.",
    );
  }
  // An individual key has no issuer: a tag that stands there all the same changes nothing.
  const hasIssuer = hasIssuerId(kind);
  if (hasIssuer && issuerId !== undefined && !tagForms.issuerId.test(issuerId)) {
    return wrong(
      "The tag issuer-id is not an issuer ID.",
      "It is the UUID above the list of keys in App Store Connect.",
    );
  }
  if (appAppleIds.length > 0 && appAppleIds.length !== bundleIds.length) {
    return wrong(
      `The tags hold ${bundleIds.length} bundle IDs but ${appAppleIds.length} Apple IDs.`,
      "List the Apple IDs of the same apps in the same order.",
    );
  }
  return {
    ok: true,
    credential: {
      name: item.name,
      kind,
      version: item.version,
      ...(signsTokens(kind) && keyId !== undefined && { keyId }),
      ...(hasIssuer && issuerId !== undefined && { issuerId }),
      bundleIds,
      appAppleIds,
      isDefault: tag(item, "default")?.toLowerCase() === "true",
      held,
    },
  };
}

function tag(item: VaultItem, name: string): string | undefined {
  return Object.hasOwn(item.tags, name) ? item.tags[name]?.trim() || undefined : undefined;
}

/** A list that may go on in `<name>-2`, `<name>-3`, … because a tag holds 256 characters. */
function listTag(item: VaultItem, name: string, form: RegExp): string[] | { message: string } {
  const texts: string[] = [];
  // Key Vault takes 15 tags, so no list can have more parts.
  for (let part = 1; part <= 15; part++) {
    const partName = part === 1 ? name : `${name}-${part}`;
    const text = tag(item, partName);
    if (text === undefined) continue;
    if (texts.length !== part - 1)
      return { message: `The tag ${partName} goes on from a part that is missing.` };
    texts.push(text);
  }
  const ids = texts.flatMap((text) =>
    text
      .replace(/,\s*$/, "")
      .split(",")
      .map((id) => id.trim()),
  );
  const bad = ids.find((id) => !form.test(id));
  if (bad !== undefined) return { message: `The tag ${name} holds what is no such ID: ${shown(bad)}.` };
  const double = ids.find((id, index) => ids.indexOf(id) !== index);
  if (double !== undefined) return { message: `The tag ${name} holds ${double} twice.` };
  return ids;
}

/** A tag's text as a message may show it: tags are no secrets, but they may be long or hold anything. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function wrong(message: string, hint: string): { ok: false; message: string; hint: string } {
  return { ok: false, message, hint };
}
