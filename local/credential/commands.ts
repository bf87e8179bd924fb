import { type Credential, createCredentials, credentialName } from "../../functions/credentials/index.ts";
import { isSentAsBearer, signsTokens } from "../../functions/credentials/tags.ts";
import { RelayError } from "../../functions/errors.ts";
import { systemRuntime } from "../../functions/runtime.ts";
import { UsageError } from "../usage-error.ts";
import type { CredentialStore } from "./store.ts";
import { buildTags, type TagFacts } from "./tags.ts";
import { checkSecret, keyIdFromFileName, readPrivateKey } from "./value.ts";

/** What `add` and `rotate` are given: a private key as a file, or a token as text that is read when it is wanted. */
export interface CredentialInput {
  name: string;
  facts: TagFacts;
  keyFile?: string;
  readValue?: () => Promise<string>;
}

/** Adds a credential under a new name. @returns the lines to print. @throws UsageError, VaultError. */
export async function addCredential(store: CredentialStore, input: CredentialInput): Promise<string[]> {
  checkName(input.name);
  const { secret, key } = await lookUp(store, input.name);
  if (secret) {
    throw new UsageError(
      `${input.name} is there already. Give it a new value with rotate, or choose another name.`,
    );
  }
  if (key) throw new UsageError(`${input.name} is the name of a key in this vault: choose another name.`);
  const { tags, credential } = buildTags(input.name, factsOf(input));
  await store.write(input.name, await valueFor(credential, input), tags);
  return [`Added ${describe(credential)} to ${store.place}.`];
}

/** Gives a credential a new value; its tags are carried over, and what is said anew replaces them. */
export async function rotateCredential(store: CredentialStore, input: CredentialInput): Promise<string[]> {
  checkName(input.name);
  const { secret, key } = await lookUp(store, input.name);
  if (!secret) {
    throw new UsageError(
      key
        ? `${input.name} is a key that stays in the vault: rotate it there.`
        : `There is no ${input.name} in ${store.place}. Add it with add.`,
    );
  }
  // The newest version that has a kind, so that a version that lost its tags gets them back.
  const versions = await store.vault.listVersionTags(input.name);
  const present = versions.find((tags) => tags.kind !== undefined) ?? secret.tags;
  const facts = factsOf(input);
  const { tags, credential } = buildTags(input.name, facts, present);
  if (signsTokens(credential.kind) && facts.keyId === undefined) {
    throw new UsageError(
      "A new private key has a new key ID, and the file's name does not tell it: say it with --key-id.",
    );
  }
  await store.write(input.name, await valueFor(credential, input), tags);
  return [
    `Rotated ${describe(credential)} in ${store.place}.`,
    "The relay takes it up within 5 minutes, or at once when the old one is refused. Revoke the old one after that.",
  ];
}

/** One line a credential, then what is wrong. */
export async function listCredentials(store: CredentialStore): Promise<string[]> {
  const credentials = createCredentials({ vault: store.vault, runtime: systemRuntime });
  const usable = await credentials.list();
  const problems = await credentials.problems();
  if (usable.length === 0 && problems.length === 0) return [`${store.place} holds no credentials.`];
  return [...usable.map(describe), ...problems.map((one) => `${one.name}: ${one.message} ${one.hint}`)];
}

/** Reads every credential and signs a token with it. @returns the lines to print and whether all is well. */
export async function checkCredentials(store: CredentialStore): Promise<{ ok: boolean; lines: string[] }> {
  const credentials = createCredentials({ vault: store.vault, runtime: systemRuntime });
  const problems = await credentials.problems();
  const lines: string[] = [];
  const told = new Set<unknown>();
  let ok = problems.length === 0;
  for (const credential of await credentials.list()) {
    try {
      const chosen = await credentials.choose({ kinds: [credential.kind], name: credential.name });
      const uses = signsTokens(credential.kind) || isSentAsBearer(credential.kind);
      const audiences = credential.kind === "in-app-purchase" ? credential.bundleIds : [undefined];
      for (const bundleId of uses ? audiences : []) {
        await chosen.authorization(bundleId === undefined ? {} : { bundleId });
      }
      lines.push(`ok       ${describe(credential)}`);
    } catch (error) {
      if (!(error instanceof RelayError)) throw error;
      ok = false;
      // By name every failure reads alike; the vault's problems tell them apart.
      const known = problems.find(({ name, blocks }) => blocks && name === credential.name);
      told.add(known);
      const { message, hint = "" } = known ?? error;
      lines.push(`problem  ${describe(credential)}: ${message} ${hint}`.trimEnd());
    }
  }
  const rest = problems.filter((one) => !told.has(one));
  lines.push(...rest.map((one) => `problem  ${one.name}: ${one.message} ${one.hint}`));
  return { ok, lines: lines.length > 0 ? lines : [`${store.place} holds no credentials.`] };
}

function checkName(name: string): void {
  if (!credentialName.test(name)) {
    throw new UsageError("A name has up to 127 letters, digits and hyphens.");
  }
}

/** What stands under a name; Key Vault takes names that differ only in case for the same. */
async function lookUp({ vault }: CredentialStore, name: string) {
  const same = (item: { name: string }) => item.name.toLowerCase() === name.toLowerCase();
  const [secrets, keys] = await Promise.all([vault.listSecrets({ fresh: true }), vault.listKeys()]);
  return { secret: secrets.find(same), key: keys.find(same) };
}

function factsOf({ facts, keyFile }: CredentialInput): TagFacts {
  const keyId = facts.keyId ?? (keyFile === undefined ? undefined : keyIdFromFileName(keyFile));
  return { ...facts, ...(keyId !== undefined && { keyId }) };
}

async function valueFor(credential: Credential, { keyFile, readValue }: CredentialInput): Promise<string> {
  if (signsTokens(credential.kind)) {
    if (keyFile === undefined) throw new UsageError("Say where the .p8 file is with --key-file.");
    return readPrivateKey(keyFile);
  }
  if (keyFile !== undefined || readValue === undefined) {
    throw new UsageError(
      `A credential of the kind ${credential.kind} is given with --value-file, or through a pipe.`,
    );
  }
  return checkSecret(credential.kind, await readValue());
}

/** What may be shown of a credential: never its value. */
function describe({ name, kind, keyId, bundleIds, isDefault, held }: Credential): string {
  const facts = [
    kind,
    keyId && `key ${keyId}`,
    bundleIds.length > 0 && bundleIds.join(", "),
    isDefault && "default",
    held === "key" && "stays in the vault",
  ];
  return `${name} (${facts.filter(Boolean).join("; ")})`;
}
