import { invalidInput, RelayError } from "../errors.ts";
import type { Runtime } from "../runtime.ts";
import { createBridgedCache } from "./bridged-cache.ts";
import { claimsFor } from "./claims.ts";
import { createClock } from "./clock.ts";
import type {
  ChosenCredential,
  Credential,
  Credentials,
  CredentialWish,
  TokenAudience,
} from "./credential.ts";
import { type Inventory, isUsable, takeInventory } from "./inventory.ts";
import { createMaterialReader, type Material } from "./material.ts";
import { findProblems } from "./problems.ts";
import { createRedaction } from "./redaction.ts";
import { fits, selectDefault } from "./selection.ts";
import { createTokenCache, type Token, type TokenKey } from "./token-cache.ts";
import { credentialName, credentialUnavailable, type Vault, VaultError, type VaultItem } from "./vault.ts";
import { waitFor } from "./waiting.ts";

/** A vault that is briefly down is bridged until what is cached is this old. Source: design of the credentials. */
const bridgeMs = 15 * 60_000;

/** While bridging, the vault is asked again this often, so that few calls wait for one that stalls. */
const pauseMs = 15_000;

/** A name that a listing younger than this does not hold is taken for unknown, so that guessing lists no vault. */
const relistMs = 10_000;

/** A call that nothing holds up asks for its token well within this time after choosing. */
const reuseMs = 100;

/** Far above the tens of credentials and apps that an installation has; what is pushed out is made again. */
const maxMaterials = 500;
const maxTokens = 1_000;

/** What the room is built from. */
export interface CredentialsOptions {
  vault: Vault;
  runtime: Runtime;
}

/** The credentials room: reads the vault, chooses, mints, renews and redacts. */
export function createCredentials({ vault, runtime }: CredentialsOptions): Credentials {
  const lifetimes = { runtime, freshMs: vault.freshMs, bridgeMs, pauseMs };
  const inventories = createBridgedCache<Inventory>({ ...lifetimes, maxEntries: 1 });
  const materials = createBridgedCache<Material>({ ...lifetimes, maxEntries: maxMaterials });
  const tokens = createTokenCache(maxTokens);
  const clock = createClock(runtime);
  const redaction = createRedaction({
    runtime,
    // What was read is used no longer than a vault that is down is bridged.
    secretMs: bridgeMs,
    maxSecrets: maxMaterials,
    maxTokens,
  });
  const readMaterial = createMaterialReader(vault, redaction);
  const takeListing = createListing();
  let listedAt = Number.NEGATIVE_INFINITY;

  function inventory(fresh = false): Promise<Inventory> {
    if (fresh) inventories.expire("");
    return inventories.get("", async () => {
      const [secrets, keys] = await Promise.all([vault.listSecrets({ fresh }), vault.listKeys()]);
      listedAt = runtime.now();
      const taken = takeListing(secrets, keys);
      dropUnusable(taken);
      return taken;
    });
  }

  /** What a listing shows to be gone, disabled or expired must not go on from the cache. */
  function dropUnusable({ byName }: Inventory): void {
    const now = runtime.now();
    const usable = new Set<string>();
    for (const { credential, item } of byName.values()) {
      if (isUsable(item, now)) usable.add(materialId(credential));
    }
    for (const id of materials.keys()) if (!usable.has(id)) materials.drop(id);
  }

  /** The credential as its current version says it is, not as the listing remembers it. */
  async function material(listed: Credential): Promise<Material> {
    try {
      const read = await materials.get(materialId(listed), () => readMaterial(listed));
      if (isUsable(read.item, runtime.now())) return read;
    } catch (error) {
      if (error instanceof VaultError && error.fault === "gone") inventories.expire("");
      throw error;
    }
    throw credentialUnavailable();
  }

  /** The credential that a caller named, if the listing says that it can serve; only then is its value read. */
  async function find(name: string, wish: CredentialWish): Promise<Credential | undefined> {
    if (!credentialName.test(name)) return undefined;
    const serving = ({ byName }: Inventory) => {
      const known = byName.get(name);
      return known && isUsable(known.item, runtime.now()) && fits(known.credential, wish)
        ? known.credential
        : undefined;
    };
    const known = serving(await inventory());
    if (known) return known;
    const age = runtime.now() - listedAt;
    if (vault.freshMs > 0 && age >= 0 && age < relistMs) return undefined;
    return serving(await inventory(true));
  }

  async function list(): Promise<Credential[]> {
    const now = runtime.now();
    return [...(await inventory()).byName.values()]
      .filter(({ item }) => isUsable(item, now))
      .map(({ credential }) => credential)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async function choose(wish: CredentialWish): Promise<ChosenCredential> {
    const { name } = wish;
    if (name !== undefined) return alike(() => chooseListed(find(name, wish), wish));
    return chooseListed(
      list().then((usable) => selectDefault(usable, wish)),
      wish,
    );
  }

  async function chooseListed(
    finding: Promise<Credential | undefined>,
    wish: CredentialWish,
  ): Promise<ChosenCredential> {
    const listed = await finding;
    if (!listed) throw credentialUnavailable();
    const read = await material(listed);
    if (!fits(read.credential, wish)) throw credentialUnavailable();
    return chosen(read, wish.name !== undefined);
  }

  return {
    choose: (wish, signal) => waitFor(() => choose(wish), signal),
    list: (signal) => waitFor(list, signal),
    problems: (signal) =>
      waitFor(
        async () =>
          findProblems({
            vault,
            inventory: await inventory(true),
            now: runtime.now(),
            read: material,
            signal,
          }),
        signal,
      ),
    redact: redaction.redact,
  };

  /** @param named whether the caller said the name, and so learns no more of it than that it cannot be used. */
  function chosen(read: Material, named: boolean): ChosenCredential {
    const { credential } = read;
    const readAt = runtime.now();
    let first: Material | undefined = read;
    /** What the choice was made with serves the token that follows at once: the vault is asked once a call, not twice. */
    async function current(): Promise<Material> {
      const age = runtime.now() - readAt;
      const justRead = age >= 0 && age < reuseMs ? first : undefined;
      first = undefined;
      return justRead ?? material(credential);
    }
    /** What was handed out last for each audience, so that a late 401 drops nothing that came after it. */
    const handed = new Map<string | undefined, Handed>();
    async function authorization(audience: TokenAudience): Promise<string> {
      const present = await current();
      // The name may mean something else since it was chosen.
      if (present.credential.kind !== credential.kind) throw credentialUnavailable();
      if (present.bearer !== undefined) {
        handed.set(audience.bundleId, { material: present });
        return audience.scheme === "Token" ? `Token token=${present.bearer}` : `Bearer ${present.bearer}`;
      }
      const bundleId = bundleIdFor(present.credential, audience);
      const key = tokenKey(present.credential, bundleId);
      const token = await tokens.get(key, clock.now(key.name), () => mint(present, bundleId));
      handed.set(audience.bundleId, { material: present, key, token });
      return `Bearer ${token.text}`;
    }
    /** What a part of the secret's material gives, for kinds that have that part. */
    async function part<Value>(take: (present: Material) => Value | undefined): Promise<Value> {
      const value = take(await current());
      if (value === undefined) throw credentialUnavailable();
      return value;
    }
    const guarded = <Value>(work: () => Promise<Value>, signal: AbortSignal | undefined) =>
      waitFor(() => (named ? alike(work) : work()), signal);
    return {
      credential,
      authorization: (audience, signal) => guarded(() => authorization(audience), signal),
      deriveKey: (purpose, signal) => guarded(() => part(({ deriveKey }) => deriveKey?.(purpose)), signal),
      sharedSecret: (signal) => guarded(() => part(({ shared }) => shared), signal),
      isSecret: (text, signal) => guarded(() => part(({ isSecret }) => isSecret?.(text)), signal),
      mac: (bytes, signal) => guarded(() => part(({ mac }) => mac?.(bytes)), signal),
      refused(audience, upstreamDate) {
        const used = handed.get(audience.bundleId);
        if (!used) return;
        const id = materialId(credential);
        if (materials.peek(id) === used.material) materials.drop(id);
        if (!used.key || !used.token || !tokens.drop(used.key, used.token)) return;
        // The first to report a token corrects the clock; the others' reports are of the same mistake.
        if (upstreamDate !== undefined && clock.correct(credential.name, upstreamDate)) {
          tokens.dropAll(credential.name);
        }
      },
      // Among the tokens, so that no caller can push a secret of the vault out.
      hide: (secret) => redaction.rememberToken(secret, 0),
      redact: redaction.redact,
    };
  }

  async function mint({ credential, sign }: Material, bundleId: string | undefined): Promise<Token> {
    if (!sign || credential.keyId === undefined) throw credentialUnavailable();
    const now = clock.now(credential.name);
    const claims = claimsFor(credential, bundleId, now);
    const text = await sign(credential.keyId, claims).catch((error: unknown) => {
      // The vault no longer signs with this version: read it again the next time.
      if (error instanceof VaultError && error.fault === "gone") materials.drop(materialId(credential));
      throw error;
    });
    const expiresAt = claims.exp * 1000;
    redaction.rememberToken(text, expiresAt - now);
    return { text, expiresAt };
  }
}

/** Gives every reason for which a credential cannot be used the same words; the reason itself is for the logs. */
async function alike<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RelayError) || error.code !== "credential_unavailable") throw error;
    // A vault's error carries its reason as the cause; any other says it itself.
    throw credentialUnavailable(error.cause instanceof Error ? error.cause : error);
  }
}

/** What a chosen credential handed out. Adjust's tokens are the secret itself and have no entry in the cache. */
interface Handed {
  material: Material;
  key?: TokenKey;
  token?: Token;
}

/** Only App Store Server tokens name an app, and only one that the credential lists. */
function bundleIdFor(credential: Credential, audience: TokenAudience): string | undefined {
  if (credential.kind !== "in-app-purchase") return undefined;
  if (audience.bundleId !== undefined) {
    if (credential.bundleIds.includes(audience.bundleId)) return audience.bundleId;
    throw credentialUnavailable();
  }
  const [only, ...others] = credential.bundleIds;
  if (only !== undefined && others.length === 0) return only;
  throw invalidInput([
    {
      field: "bundleId",
      message: `The credential serves several apps; name one of ${credential.bundleIds.join(", ")}.`,
    },
  ]);
}

function tokenKey({ name, version, kind }: Credential, bundleId: string | undefined): TokenKey {
  return { name, version, kind, bundleId };
}

function materialId({ held, name }: Credential): string {
  return JSON.stringify([held, name]);
}

/** Takes an inventory again only when the vault brings another listing: a folder's is the same object until it changes. */
function createListing(): (secrets: readonly VaultItem[], keys: readonly VaultItem[]) => Inventory {
  let last: { secrets: readonly VaultItem[]; inventory: Inventory } | undefined;
  return (secrets, keys) => {
    if (last?.secrets === secrets && keys.length === 0) return last.inventory;
    last = { secrets, inventory: takeInventory(secrets, keys) };
    return last.inventory;
  };
}
