import type { Credential, CredentialProblem } from "./credential.ts";
import { eachOf } from "./each-of.ts";
import { type Inventory, isUsable } from "./inventory.ts";
import { findUnusableValues } from "./value-problems.ts";
import { type Vault, VaultError, type VaultItem } from "./vault.ts";

/** Secrets without `kind` whose earlier versions are looked at; a shared vault may hold many that are none of ours. */
const maxHistories = 200;

/** What problems are looked for in, and how. */
export interface Search {
  vault: Pick<Vault, "listVersionTags">;
  inventory: Inventory;
  /** Milliseconds since the epoch. */
  now: number;
  /** Reads a credential's current version and throws what is wrong with it. */
  read: (credential: Credential) => Promise<unknown>;
  signal: AbortSignal | undefined;
}

/** What an admin should know of the vault, sorted by name. */
export async function findProblems(search: Search): Promise<readonly CredentialProblem[]> {
  const { inventory, now, read, signal } = search;
  const usable = [...inventory.byName.values()]
    .filter(({ item }) => isUsable(item, now))
    .map(({ credential }) => credential);
  const problems = [
    ...inventory.problems,
    ...findSwitchedOff(inventory, now),
    ...findDefaults(usable),
    ...(await findUnusableValues(usable, read, signal)),
    ...(await findLostKinds(search)),
  ];
  return problems.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function findSwitchedOff({ byName }: Inventory, now: number): CredentialProblem[] {
  return [...byName.values()].flatMap(({ item }) => {
    const reason = switchedOff(item, now);
    return reason ? [{ name: item.name, ...reason }] : [];
  });
}

/** Somebody disables a secret or dates its beginning on purpose; that it has expired may come as a surprise. */
function switchedOff(item: VaultItem, now: number): Omit<CredentialProblem, "name"> | undefined {
  if (!item.enabled) {
    return {
      message: "It is disabled.",
      hint: "Enable it in the vault, or delete it if it is not needed.",
      blocks: false,
    };
  }
  if (item.expiresOn !== undefined && item.expiresOn <= now) {
    return {
      message: `It expired on ${dayOf(item.expiresOn)}.`,
      hint: "Rotate it with npm run credential -- rotate, or move its expiry date.",
      blocks: true,
    };
  }
  if (item.notBefore !== undefined && now < item.notBefore) {
    return {
      message: `It is not valid before ${dayOf(item.notBefore)}.`,
      hint: "Wait until then, or move its activation date in the vault.",
      blocks: false,
    };
  }
  return undefined;
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** In-app-purchase keys may each be the default of their own apps, so there only shared bundle IDs count. */
function findDefaults(usable: readonly Credential[]): CredentialProblem[] {
  const defaults = usable.filter(({ isDefault }) => isDefault);
  return defaults
    .filter((one) =>
      defaults.some(
        (other) =>
          other !== one &&
          other.kind === one.kind &&
          (one.kind !== "in-app-purchase" || one.bundleIds.some((id) => other.bundleIds.includes(id))),
      ),
    )
    .map(({ name, kind }) => ({
      name,
      message: `Several credentials of the kind ${kind} are tagged as the default.`,
      hint: "Leave the tag default on one of them.",
      blocks: true,
    }));
}

async function findLostKinds({ vault, inventory, signal }: Search): Promise<CredentialProblem[]> {
  const problems: CredentialProblem[] = [];
  await eachOf(inventory.withoutKind, maxHistories, signal, async (name) => {
    try {
      const versions = await vault.listVersionTags(name);
      const before = versions.find((tags) => tags.kind !== undefined);
      if (!before) return;
      problems.push({
        name,
        message: `Its current version lost the tag kind, which was ${JSON.stringify(before.kind)} before, so it is ignored.`,
        hint: "Set the tags of the version before again: npm run credential -- rotate carries them over.",
        blocks: true,
      });
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      problems.push({
        name,
        message: "Its earlier versions cannot be listed, so it is not known whether it lost the tag kind.",
        hint: "If it is a credential, see that it is still there and that the function app may read it; if not, nothing is wrong.",
        blocks: false,
      });
    }
  });
  return problems;
}
