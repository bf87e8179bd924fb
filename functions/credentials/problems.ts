import type { CredentialProblem } from "./credential.ts";
import { type Inventory, isUsable } from "./inventory.ts";
import type { Vault } from "./vault.ts";

/** Secrets without `kind` whose earlier versions are looked at; a shared vault may hold many that are none of ours. */
const maxHistories = 200;

/** Calls at once; Key Vault allows thousands in 10 s, and this also runs beside real work. */
const parallel = 8;

/**
 * What an admin should know of the vault: what the inventory found, credentials that have expired, several defaults
 * of one kind, and secrets whose current version lost its `kind`.
 *
 * @param now milliseconds since the epoch.
 * @param signal once it is aborted, no further secret is looked at: nobody waits for the answer any more.
 */
export async function findProblems(
  vault: Vault,
  inventory: Inventory,
  now: number,
  signal?: AbortSignal,
): Promise<readonly CredentialProblem[]> {
  const lost = await findLostKinds(vault, inventory.withoutKind, signal);
  const problems = [
    ...inventory.problems,
    ...findExpired(inventory, now),
    ...findDefaults(inventory, now),
    ...lost,
  ];
  return problems.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function findExpired({ byName }: Inventory, now: number): CredentialProblem[] {
  return [...byName.values()]
    .filter(({ item }) => item.enabled && item.expiresOn !== undefined && item.expiresOn <= now)
    .map(({ item }) => ({
      name: item.name,
      message: `It expired on ${new Date(item.expiresOn ?? 0).toISOString().slice(0, 10)}.`,
      hint: "Rotate it with npm run credential -- rotate, or move its expiry date.",
    }));
}

/** In-app-purchase keys may each be the default of their own apps, so there only shared bundle IDs count. */
function findDefaults({ byName }: Inventory, now: number): CredentialProblem[] {
  const defaults = [...byName.values()]
    .filter(({ credential, item }) => credential.isDefault && isUsable(item, now))
    .map(({ credential }) => credential);
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
    }));
}

async function findLostKinds(
  vault: Vault,
  names: readonly string[],
  signal: AbortSignal | undefined,
): Promise<CredentialProblem[]> {
  const problems: CredentialProblem[] = [];
  const queue = names.slice(0, maxHistories);
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      if (signal?.aborted) return;
      const versions = await vault.listVersionTags(name);
      const before = versions.find((tags) => tags.kind !== undefined);
      if (before) {
        problems.push({
          name,
          message: `Its current version lost the tag kind, which was ${JSON.stringify(before.kind)} before, so it is ignored.`,
          hint: "Set the tags of the version before again: npm run credential -- rotate carries them over.",
        });
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return problems;
}
