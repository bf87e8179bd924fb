import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { type CryptoKey, decodeProtectedHeader, importSPKI, jwtVerify } from "jose";
import { createCredentials, openVault } from "../../functions/credentials/index.ts";
import type { Runtime } from "../../functions/runtime.ts";
import { type LoopbackKeyVault, startKeyVault } from "../support/key-vault.ts";

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
    pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    publicKey: createPublicKey(privateKey),
  };
}

export function teamTags(keyId = "TEAMKEY001", more: Record<string, string> = {}): Record<string, string> {
  return { kind: "app-store-connect-team", "key-id": keyId, "issuer-id": issuerId, ...more };
}

export function purchaseTags(bundleIds = "com.example.shop", more: Record<string, string> = {}) {
  return { kind: "in-app-purchase", "key-id": "IAPKEY0001", "issuer-id": issuerId, "bundle-ids": bundleIds, ...more };
}

/** The token in an `authorization` header, its signature checked with the public key at the time given. */
export async function verified(authorization: string, publicKey: KeyObject, now: number) {
  const token = /^Bearer (.+)$/.exec(authorization)?.[1];
  assert.ok(token, "no bearer token");
  const key: CryptoKey = await importSPKI(publicKey.export({ type: "spki", format: "pem" }).toString(), "ES256");
  const { payload } = await jwtVerify(token, key, { algorithms: ["ES256"], currentDate: new Date(now) });
  return { payload, header: decodeProtectedHeader(token) };
}

/** A loopback vault with a fixed access token, and the room on top of it. */
export async function openRoom(clock: HeldClock = holdClock()) {
  const vault = await startKeyVault();
  vault.acceptedTokens.add("access-token-of-the-test");
  const opened = openLoopbackVault(vault, clock);
  return { vault, clock, opened, credentials: createCredentials({ vault: opened, runtime: clock }) };
}

export function openLoopbackVault(vault: LoopbackKeyVault, clock: Runtime, withIdentity = false) {
  return openVault(
    { kind: "key-vault", url: vault.url },
    {
      runtime: clock,
      ...(!withIdentity && {
        credential: {
          getToken: async () => ({ token: "access-token-of-the-test", expiresOnTimestamp: Date.now() + 3_600_000 }),
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

/** What a failing promise was rejected with. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => assert.fail("it did not fail"),
    (error: unknown) => error,
  );
}

/** Every way in which an error or an object may end up in a log, with each canary's encodings looked for in it. */
export function assertNoCanary(thing: unknown, canaries: readonly string[]): void {
  const texts = [inspect(thing, { depth: Infinity, showHidden: true, getters: true }), String(thing)];
  try {
    texts.push(JSON.stringify(thing) ?? "");
  } catch {
    // What cannot be written as JSON cannot leak that way.
  }
  for (let error = thing, level = 0; error instanceof Error && level < 10; error = error.cause, level++) {
    texts.push(error.message, error.stack ?? "", JSON.stringify(error));
  }
  const all = texts.join("\n");
  for (const canary of canaries) {
    for (const form of encodings(canary)) assert.ok(!all.includes(form), `a canary leaked in ${all.slice(0, 200)}`);
  }
}

/** Worked out here and not with the code under test. */
export function encodings(canary: string): string[] {
  const lines = canary.split(/\r?\n/).filter((line) => line.length >= 16 && !line.startsWith("-----"));
  const segments = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(canary) ? canary.split(".") : [];
  return [canary, ...lines, ...segments].flatMap((text) => [
    text,
    Buffer.from(text).toString("base64"),
    Buffer.from(text).toString("base64url"),
    encodeURIComponent(text),
    JSON.stringify(text).slice(1, -1),
  ]);
}
