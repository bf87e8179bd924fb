import type { Credential, CredentialProblem } from "./credential.ts";
import { parseTags } from "./tags.ts";
import type { VaultItem } from "./vault.ts";

/** What a listing of the vault amounts to. */
export interface Inventory {
  /** Credentials whose tags are right, by name, enabled or not; `item` has what decides that at the time of use. */
  byName: ReadonlyMap<string, { credential: Credential; item: VaultItem }>;
  problems: readonly CredentialProblem[];
  /** Secrets without `kind`: none of ours, or a version that lost its tags. */
  withoutKind: readonly string[];
}

/** Sorts a vault's secrets and keys into credentials, problems and what is not ours. */
export function takeInventory(secrets: readonly VaultItem[], keys: readonly VaultItem[]): Inventory {
  const byName = new Map<string, { credential: Credential; item: VaultItem }>();
  const problems: CredentialProblem[] = [];
  const withoutKind: string[] = [];
  const keyNames = new Map(keys.map((key) => [sameName(key.name), key]));
  const twice = new Set<string>();

  for (const secret of secrets) {
    const key = keyNames.get(sameName(secret.name));
    const hasKind = secret.tags.kind !== undefined || key?.tags.kind !== undefined;
    if (key && hasKind) {
      twice.add(sameName(secret.name));
      problems.push({
        name: secret.name,
        message: "The name is both a secret and a key, so it is not clear which one to use.",
        hint: "Delete one of the two, or give it another name.",
        blocks: true,
      });
    } else take(secret, "secret");
  }
  for (const key of keys) if (!twice.has(sameName(key.name))) take(key, "key");
  return { byName, problems, withoutKind };

  function take(item: VaultItem, held: Credential["held"]): void {
    const result = parseTags(item, held);
    if (item.problem !== undefined) {
      problems.push({
        name: item.name,
        message: item.problem,
        hint: "Write it again with npm run credential.",
        blocks: true,
      });
    } else if (!result) {
      if (held === "secret") withoutKind.push(item.name);
    } else if (result.ok) byName.set(item.name, { credential: result.credential, item });
    else problems.push({ name: item.name, message: result.message, hint: result.hint, blocks: true });
  }
}

/** Whether a secret or key may be used at `now`. Key Vault hands out expired secrets, so this decides. */
export function isUsable(item: VaultItem, now: number): boolean {
  return (
    item.enabled &&
    item.problem === undefined &&
    (item.notBefore === undefined || item.notBefore <= now) &&
    (item.expiresOn === undefined || now < item.expiresOn)
  );
}

/** Key Vault takes names that differ only in case for the same. */
function sameName(name: string): string {
  return name.toLowerCase();
}
