import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { createBridgedCache } from "../../functions/credentials/bridged-cache.ts";
import { createTokenCache, type TokenKey } from "../../functions/credentials/token-cache.ts";
import { holdClock } from "./support.ts";

describe("Caches", () => {
  it("hold no more than their bound and forget what was used longest ago", async () => {
    const runtime = holdClock();
    const cache = createBridgedCache<number>({
      runtime,
      freshMs: 1e6,
      bridgeMs: 1e6,
      pauseMs: 0,
      maxEntries: 3,
    });
    for (let i = 0; i < 1_000; i++) {
      await cache.get(`key-${i}`, async () => i);
      await cache.get("kept", async () => -1);
    }
    assert.equal(cache.keys().length, 3);
    assert.equal(cache.peek("kept"), -1);

    const tokens = createTokenCache(5);
    for (let i = 0; i < 1_000; i++) {
      const key: TokenKey = { name: `n-${i}`, version: "1", kind: "in-app-purchase", bundleId: undefined };
      await tokens.get(key, 0, async () => ({ text: `t-${i}`, expiresAt: 1e9 }));
    }
    assert.equal(tokens.size, 5);
  });

  it("keep tokens of keys apart whose parts join to the same text", async () => {
    const tokens = createTokenCache(100);
    const kind = "in-app-purchase" as const;
    const keys: TokenKey[] = [
      { name: "a", version: "b", kind, bundleId: "c" },
      { name: "ab", version: "", kind, bundleId: "c" },
      { name: "a,b", version: "", kind, bundleId: "c" },
      { name: 'a","b', version: "", kind, bundleId: "c" },
      { name: "a", version: "b", kind: "app-store-connect-team", bundleId: "c" },
      { name: "a", version: "b", kind, bundleId: undefined },
      { name: "a", version: "b", kind, bundleId: "null" },
      { name: "a", version: "b", kind, bundleId: "undefined" },
    ];
    const texts = await Promise.all(
      keys.map(
        async (key, i) => (await tokens.get(key, 0, async () => ({ text: `${i}`, expiresAt: 1e9 }))).text,
      ),
    );
    assert.deepEqual(
      texts,
      keys.map((_, i) => `${i}`),
    );
  });

  it("do not remember a failure, nor what was read before it was dropped", async () => {
    const runtime = holdClock();
    const cache = createBridgedCache<string>({
      runtime,
      freshMs: 1e6,
      bridgeMs: 1e6,
      pauseMs: 0,
      maxEntries: 3,
    });
    await assert.rejects(cache.get("a", () => Promise.reject(new Error("once"))));
    let finish = (_: string) => {};
    const slow = cache.get(
      "a",
      () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    );
    cache.drop("a");
    const renewed = cache.get("a", async () => "new");
    finish("old");
    assert.equal(await slow, "old");
    assert.equal(await renewed, "new");
    assert.equal(cache.peek("a"), "new");
  });

  it("forget what is too old even to bridge with, and tokens long expired", async () => {
    const runtime = holdClock();
    const cache = createBridgedCache<number>({
      runtime,
      freshMs: 10,
      bridgeMs: 100,
      pauseMs: 0,
      maxEntries: 3,
    });
    await cache.get("a", async () => 1);
    runtime.advance(99);
    await cache.get("b", async () => 2);
    assert.deepEqual(cache.keys(), ["a", "b"]);
    runtime.advance(11);
    await cache.get("b", async () => 3);
    assert.deepEqual(cache.keys(), ["b"]);

    const tokens = createTokenCache(5);
    const key: TokenKey = { name: "a", version: "1", kind: "in-app-purchase", bundleId: undefined };
    await tokens.get(key, 0, async () => ({ text: "a", expiresAt: 1 }));
    const mint = async () => ({ text: "b", expiresAt: 1e9 });
    await tokens.get({ ...key, name: "b" }, 30 * 60_000, mint);
    assert.equal(tokens.size, 2, "the clock of another credential may be that far ahead");
    await tokens.get({ ...key, name: "c" }, 30 * 60_000 + 1, mint);
    assert.equal(tokens.size, 2);
  });

  it("do not take a value for young when the clock was set back", async () => {
    const runtime = holdClock();
    const cache = createBridgedCache<number>({
      runtime,
      freshMs: 1e6,
      bridgeMs: 1e6,
      pauseMs: 0,
      maxEntries: 3,
    });
    await cache.get("a", async () => 1);
    runtime.advance(-3_600_000);
    assert.equal(await cache.get("a", async () => 2), 2);
  });
});

describe("Start", () => {
  it("loads no Azure SDK: each is imported when a vault is first used", async () => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL("../../functions/credentials/index.ts", import.meta.url))],
      bundle: true,
      format: "esm",
      platform: "node",
      packages: "external",
      metafile: true,
      write: false,
    });
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    const azure = imports.filter(({ path }) => path.startsWith("@azure/"));
    assert.deepEqual([...new Set(azure.map(({ path, kind }) => `${kind} ${path}`))].sort(), [
      "dynamic-import @azure/identity",
      "dynamic-import @azure/keyvault-keys",
      "dynamic-import @azure/keyvault-secrets",
    ]);
  });
});
