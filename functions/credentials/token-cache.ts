import { createBoundedMap } from "./bounded-map.ts";
import type { CredentialKind } from "./credential.ts";

/** What a token belongs to. Two tokens are the same only if all of it is. */
export interface TokenKey {
  name: string;
  version: string;
  kind: CredentialKind;
  bundleId: string | undefined;
}

/** A minted token. */
export interface Token {
  text: string;
  /** Milliseconds on the corrected clock. */
  expiresAt: number;
}

/** A token with less than this left is not handed out: a call may take 100 s. */
const reserveMs = 2 * 60_000;

/** Clocks are corrected by 15 min at most, so no two credentials' clocks are further apart than this. */
const maxClockSpreadMs = 30 * 60_000;

/** Minted tokens, each minted once at a time and used until shortly before its end. Those long expired are forgotten at the next mint. */
export interface TokenCache {
  /** @param now milliseconds of the corrected clock. */
  get(key: TokenKey, now: number, mint: () => Promise<Token>): Promise<Token>;
  /** Forgets the token if it is still the one in use; tells whether it was. */
  drop(key: TokenKey, token: Token): boolean;
  /** Forgets every token of a credential. */
  dropAll(name: string): void;
  readonly size: number;
}

/** @param max the most tokens kept. */
export function createTokenCache(max: number): TokenCache {
  const tokens = createBoundedMap<{ name: string; id: string; token: Token }>(max);
  const mints = new Map<string, Promise<Token>>();
  return {
    async get(key, now, mint) {
      const id = identity(key);
      const cached = tokens.get(id);
      if (cached && now < cached.token.expiresAt - reserveMs) return cached.token;
      const underWay = mints.get(id);
      if (underWay) return underWay;
      const minting = mint()
        .then((token) => {
          for (const old of [...tokens.values()]) {
            if (old.token.expiresAt + maxClockSpreadMs <= now) tokens.delete(old.id);
          }
          tokens.set(id, { name: key.name, id, token });
          return token;
        })
        .finally(() => mints.delete(id));
      mints.set(id, minting);
      return minting;
    },
    drop(key, token) {
      const id = identity(key);
      if (tokens.get(id)?.token !== token) return false;
      tokens.delete(id);
      return true;
    },
    dropAll(name) {
      for (const entry of [...tokens.values()]) if (entry.name === name) tokens.delete(entry.id);
    },
    get size() {
      return tokens.size;
    },
  };
}

/** JSON keeps the parts apart whatever they hold; plain joining would let two credentials share a token. */
function identity({ name, version, kind, bundleId }: TokenKey): string {
  return JSON.stringify([name, version, kind, bundleId ?? null]);
}
