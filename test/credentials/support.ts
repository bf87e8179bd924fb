import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { afterEach, type TestContext } from "node:test";
import { inspect } from "node:util";
import { type CryptoKey, decodeProtectedHeader, importSPKI, jwtVerify } from "jose";
import { createCredentials, openVault } from "../../functions/credentials/index.ts";
import type { Vault, VaultItem } from "../../functions/credentials/vault.ts";
import { RelayError } from "../../functions/errors.ts";
import type { Runtime } from "../../functions/runtime.ts";
import { observe, sweepObserved, watch } from "../support/canary.ts";
import { type LoopbackKeyVault, startKeyVault } from "../support/key-vault.ts";

// Also without the preloaded set-up, so that a file run by itself proves the same.
afterEach(sweepObserved);

/** Stands in for the managed identity's token where a test is not about it. */
const accessToken = watch("access token", `access-token-${randomUUID()}`);

/** A clock that stands still until it is moved. */
export interface HeldClock extends Runtime {
  advance(ms: number): void;
  /** Sleeps that are under way. */
  readonly sleeping: number;
}

export function holdClock(start = Date.now()): HeldClock {
  let time = start;
  const sleepers = new Set<{ at: number; wake: () => void }>();
  return {
    now: () => time,
    random: () => 0.5,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: time + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        });
      }),
    advance(ms) {
      time += ms;
      for (const sleeper of sleepers) {
        if (sleeper.at > time) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
    get sleeping() {
      return sleepers.size;
    },
  };
}

export const issuerId = randomUUID();

/** A P-256 key as App Store Connect hands it out. */
export function createP8(): { pem: string; publicKey: KeyObject } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    pem: watch("a private key", privateKey.export({ type: "pkcs8", format: "pem" }).toString()),
    publicKey: createPublicKey(privateKey),
  };
}

export function teamTags(keyId = "TEAMKEY001", more: Record<string, string> = {}): Record<string, string> {
  return { kind: "app-store-connect-team", "key-id": keyId, "issuer-id": issuerId, ...more };
}

export function purchaseTags(bundleIds = "com.example.shop", more: Record<string, string> = {}) {
  return {
    kind: "in-app-purchase",
    "key-id": "IAPKEY0001",
    "issuer-id": issuerId,
    "bundle-ids": bundleIds,
    ...more,
  };
}

/** The token in an `authorization` header, its signature checked with the public key at the time given. */
export async function verified(authorization: string, publicKey: KeyObject, now: number) {
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  assert.ok(token, "no bearer token");
  watch("a token", token);
  const key: CryptoKey = await importSPKI(
    publicKey.export({ type: "spki", format: "pem" }).toString(),
    "ES256",
  );
  const { payload } = await jwtVerify(token, key, { algorithms: ["ES256"], currentDate: new Date(now) });
  return { payload, header: decodeProtectedHeader(token) };
}

/** A loopback vault that ends with the test, and the room on top of it. */
export async function openRoom(test: TestContext, clock: HeldClock = holdClock()) {
  const vault = await startKeyVault();
  test.after(() => vault.close());
  vault.acceptedTokens.add(accessToken);
  const credentials = createCredentials({ vault: openLoopbackVault(vault, clock), runtime: clock });
  observeThing("the room", credentials);
  return { vault, clock, credentials };
}

/** @param identity client ID of a managed identity; absent: a token of the test's own. */
export function openLoopbackVault(vault: LoopbackKeyVault, clock: Runtime, identity?: string) {
  return openVault(
    { kind: "key-vault", url: vault.url },
    {
      runtime: clock,
      ...(identity !== undefined && { identityClientId: identity }),
      ...(identity === undefined && {
        credential: {
          getToken: async () => ({
            token: accessToken,
            expiresOnTimestamp: Date.now() + 3_600_000,
          }),
        },
      }),
      clientOptions: {
        disableChallengeResourceVerification: true,
        tlsOptions: { ca: vault.certificate },
        retryOptions: { maxRetries: 2, retryDelayInMs: 1, maxRetryDelayInMs: 5 },
      },
    },
  );
}

/** What a failing promise was rejected with; swept for secrets after the test. */
export async function failure(work: Promise<unknown>): Promise<RelayError> {
  const error = await work.then(
    () => assert.fail("it did not fail"),
    (error: unknown) => error,
  );
  observeThing("an error", error);
  assert.ok(error instanceof RelayError, "every failure is one of ours");
  return error;
}

/** Has everything that a log could make of `thing` swept for secrets after the test. */
export function observeThing(label: string, thing: unknown): void {
  const texts = [
    inspect(thing, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(thing) ?? "",
  ];
  for (let error = thing, level = 0; error instanceof Error && level < 10; error = error.cause, level++) {
    texts.push(error.message, error.stack ?? "", JSON.stringify(error));
  }
  observe(label, texts.join("\n"));
}

/** A vault of one secret, for what does not depend on how a vault is reached. */
export function vaultOf(value: string, tags: Record<string, string>): Vault {
  const item: VaultItem & { value: string } = { name: "one", version: "1", tags, enabled: true, value };
  return {
    freshMs: 300_000,
    listSecrets: async () => [item],
    listKeys: async () => [],
    readSecret: async () => item,
    readKey: async () => assert.fail("there are no keys"),
    sign: async () => assert.fail("there are no keys"),
    listVersionTags: async () => [],
  };
}
