import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { describe, test } from "node:test";
import { createWorld, makeDemoKeys } from "../../local/simulator/index.ts";
import { get, startBench } from "./support.ts";

const now = Date.UTC(2026, 10, 22, 12);

describe("the default world", () => {
  test("has every territory once, with a currency", () => {
    const territories = createWorld(now).appStoreConnect.resources.all("territories");
    assert.equal(territories.length, 175);
    assert.equal(new Set(territories.map(({ id }) => id)).size, 175);
    for (const { id, attributes } of territories) {
      assert.match(id, /^[A-Z]{3}$/);
      assert.match(String(attributes.currency), /^[A-Z]{3}$/);
    }
    const currency = (id: string) =>
      territories.find((territory) => territory.id === id)?.attributes.currency;
    assert.deepEqual(["USA", "DEU", "JPN", "GBR", "XKS"].map(currency), ["USD", "EUR", "JPY", "GBP", "EUR"]);
  });

  test("leads from every relationship to a resource", () => {
    const { resources } = createWorld(now).appStoreConnect;
    const purchases = resources.all("inAppPurchases");
    assert.equal(purchases.length, 245);
    for (const app of resources.all("apps")) {
      const ids = app.relationships.inAppPurchasesV2 ?? [];
      for (const id of typeof ids === "string" ? [ids] : ids) assert.ok(resources.get("inAppPurchases", id));
    }
    assert.equal(new Set(purchases.map(({ attributes }) => attributes.productId)).size, 245);
  });

  test("shares no id between production and sandbox", () => {
    const { production, sandbox } = createWorld(now).appStoreServer;
    const ids = new Set(production.transactions.map(({ transactionId }) => transactionId));
    assert.equal(ids.size, production.transactions.length);
    for (const { transactionId } of sandbox.transactions) assert.ok(!ids.has(transactionId));
  });

  test("is made anew each time, the same each time", () => {
    const [first, second] = [createWorld(now), createWorld(now)];
    first.adjust.apps.length = 0;
    first.appStoreConnect.resources.remove("apps", "1480000001");
    assert.deepEqual(second.adjust, createWorld(now).adjust);
    assert.ok(second.appStoreConnect.resources.get("apps", "1480000001"));
  });

  test("can be changed while the simulator runs", async () => {
    await using bench = await startBench();
    bench.simulator.world.appStoreConnect.resources.put({
      type: "apps",
      id: "1480000777",
      attributes: { name: "Added", bundleId: "com.example.added", sku: "ADDED" },
      relationships: {},
    });
    const response = await get(
      `${bench.simulator.urls.appStoreConnect}/v1/apps/1480000777`,
      bench.tokens.team,
    );
    assert.equal(response.status, 200);
  });
});

describe("demo keys", () => {
  test("are P-256, made anew, and documents as a vault folder holds them", () => {
    const [first, second] = [makeDemoKeys(), makeDemoKeys()];
    for (const [name, document] of Object.entries(first.vault)) {
      assert.deepEqual(Object.keys(document), ["value", "tags", "enabled", "expiresOn"]);
      assert.notEqual(document.value, second.vault[name]?.value);
      if (/^adjust|shared-secret$|webhook-master$/.test(document.tags.kind ?? "")) continue;
      assert.match(document.value, /^-----BEGIN PRIVATE KEY-----/);
      assert.equal(createPrivateKey(document.value).asymmetricKeyDetails?.namedCurve, "prime256v1");
      assert.match(document.tags["key-id"] ?? "", /^[A-Z0-9]{10}$/);
    }
    assert.deepEqual(
      Object.values(first.vault).map(({ tags }) => tags.kind),
      [
        "app-store-connect-team",
        "app-store-connect-individual",
        "in-app-purchase",
        "adjust",
        "app-store-shared-secret",
        "adjust-s2s",
        "app-store-connect-webhook-master",
        "adjust-callback",
      ],
    );
  });
});

describe("the request log", () => {
  test("keeps the last requests only", async () => {
    await using bench = await startBench({ keepRequests: 5 });
    const call = (limit: number) =>
      get(`${bench.simulator.urls.appStoreConnect}/v1/territories?limit=${limit}`, bench.tokens.team);
    for (let limit = 1; limit <= 12; limit += 1) await (await call(limit)).arrayBuffer();
    const urls = bench.simulator.requests.map(({ url }) => url);
    assert.ok(urls.length >= 5 && urls.length < 10);
    assert.equal(urls.at(-1), "/v1/territories?limit=12");
  });
});
