import { lstatSync, readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { Runtime } from "../runtime.ts";
import { credentialName, type Vault, VaultError, type VaultSecret } from "./vault.ts";
import { parseVaultFile } from "./vault-file.ts";

/**
 * How long the whole folder is taken to be as it was, as long as no file came, went or was replaced (which the
 * folder's own time of change shows). A file in use is looked at every time. Looking at every file would cost each
 * call 2 µs a file, measured.
 */
const scanMs = 200;

/** A file changed this short before it was read may change again without a new time: clocks of file systems tick. */
const settleMs = 50;

/** Key Vault's own limit is 25 KB; twice that leaves room for the JSON around it. */
const maxFileBytes = 64 * 1024;

const hint = "Check that the folder that LOCAL_VAULT names is there and may be read.";

interface Remembered {
  stamp: string;
  secret: VaultSecret;
}

/**
 * A folder on this machine in place of Key Vault: a secret is a file `<name>.json`. It holds no keys, no versions and
 * no rights, and every change is seen at the next call.
 *
 * The calls are synchronous inside: they take microseconds, and only ever run on a developer's machine.
 */
export function createVaultFolder(path: string, runtime: Runtime): Vault {
  const remembered = new Map<string, Remembered>();
  let listing: { stamp: string; at: number; folder: string; items: readonly VaultSecret[] } | undefined;

  /** The file's content, parsed again only when its stamp differs; undefined when there is no such file. */
  function read(folder: string, name: string): VaultSecret | undefined {
    const file = join(folder, `${name}.json`);
    const stats = inside(folder, file);
    const known = remembered.get(name);
    if (!stats) {
      remembered.delete(name);
      return undefined;
    }
    const stamp = stampOf(stats);
    if (known?.stamp === stamp) return known.secret;
    const text = stats.size > maxFileBytes ? undefined : readFileSync(file, "utf8");
    const secret = parseVaultFile(name, `file-${stamp}`, text);
    const settled = Math.abs(runtime.now() - stats.mtimeMs) > settleMs;
    if (settled) remembered.set(name, { stamp, secret });
    else remembered.delete(name);
    return secret;
  }

  function list(fresh: boolean): readonly VaultSecret[] {
    const stamp = stampOf(statSync(path));
    const now = runtime.now();
    if (!fresh && listing?.stamp === stamp && Math.abs(now - listing.at) < scanMs) return listing.items;
    const folder = realpathSync(path);
    const items: VaultSecret[] = [];
    for (const file of readdirSync(folder)) {
      const name = file.endsWith(".json") ? file.slice(0, -".json".length) : "";
      const secret = credentialName.test(name) ? read(folder, name) : undefined;
      if (secret) items.push(secret);
    }
    const same =
      listing?.items.length === items.length && items.every((item, i) => item === listing?.items[i]);
    // The same array for the same content lets the caller keep what it derived from it.
    listing = { stamp, at: now, folder, items: same && listing ? listing.items : items };
    return listing.items;
  }

  return {
    freshMs: 0,
    listSecrets: async ({ fresh = false } = {}) => attempt("list the folder", () => list(fresh)),
    listKeys: async () => [],
    readSecret: async (name) =>
      attempt("read a file", () => {
        const secret = credentialName.test(name)
          ? read(listing?.folder ?? realpathSync(path), name)
          : undefined;
        if (!secret) throw new VaultError({ fault: "gone", action: "read a file", name: "NotFound" });
        if (!secret.enabled) throw new VaultError({ fault: "gone", action: "read a file", name: "Disabled" });
        return secret;
      }),
    readKey: async () => {
      throw new VaultError({ fault: "gone", action: "read a key", name: "NotFound" });
    },
    sign: async () => {
      throw new VaultError({ fault: "gone", action: "sign with a key", name: "NotFound" });
    },
    listVersionTags: async () => [],
  };
}

/** The file's facts if it is a regular file within the folder; a link may point within the folder, never out of it. */
function inside(folder: string, file: string): Stats | undefined {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats?.isFile()) return stats;
  if (!stats?.isSymbolicLink()) return undefined;
  const target = statSync(file, { throwIfNoEntry: false });
  return target?.isFile() && realpathSync(file).startsWith(folder + sep) ? target : undefined;
}

function stampOf(stats: Stats): string {
  return `${stats.mtimeMs}-${stats.size}-${stats.ino}`;
}

function attempt<Value>(action: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof VaultError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    throw new VaultError({ fault: "refused", action, hint, ...(code !== undefined && { code }) });
  }
}
