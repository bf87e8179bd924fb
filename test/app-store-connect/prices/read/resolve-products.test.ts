import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type ProductWish,
  resolveProducts,
} from "../../../../functions/app-store-connect/prices/read/index.ts";
import { RelayError } from "../../../../functions/errors.ts";
import { addProducts } from "../../../../local/simulator/world/prices/products.ts";
import { harborKings, type Reading, startReading } from "./support.ts";

const app = "com.example.harborkings";
const stillwater = "com.example.stillwater";
const purchases = "/v1/apps/1480000001/inAppPurchasesV2";
const groups = "/v1/apps/1480000001/subscriptionGroups";

/** Kind and Apple ID of each, or the code of its error. */
async function resolve(reading: Reading, wishes: readonly ProductWish[]): Promise<string[]> {
  const found = await resolveProducts(await reading.open(), wishes);
  return found.map((one) => ("product" in one ? `${one.product.kind} ${one.product.id}` : one.error.code));
}

function change({ relay }: Reading, type: string, id: string, attributes: Record<string, string>): void {
  const { resources } = relay.simulator.world.appStoreConnect;
  Object.assign(resources.get(type, id)?.attributes ?? assert.fail(), attributes);
}

function addApps({ relay }: Reading, count: number): string[] {
  const { resources } = relay.simulator.world.appStoreConnect;
  return Array.from({ length: count }, (_, index) => {
    // Of one length, so that none begins like another: Apple's filter would answer both.
    const bundleId = `com.example.many.${1_000 + index}`;
    const id = String(1_490_000_000 + index);
    resources.put({ type: "apps", id, attributes: { name: `Many ${index}`, bundleId }, relationships: {} });
    return bundleId;
  });
}

describe("Products by what rows name", () => {
  it("are the app itself, in-app purchases and subscriptions, by either ID, in the order of the rows", async () => {
    await using reading = await startReading();
    const wishes = [
      { app: stillwater, product: "com.example.stillwater.plus.monthly" },
      { app },
      { app: "1480000001", product: "com.example.harborkings.gems.2" },
      { app, product: "6700000002" },
      { app, product: "6731000001" },
      { app: "1480000002" },
    ];
    const found = await resolveProducts(await reading.open(), wishes);
    assert.deepEqual(
      found.map((one) => ("product" in one ? [one.product.kind, one.product.id] : one.error)),
      [
        ["subscription", "6730000002"],
        ["app", "1480000001"],
        ["in-app-purchase", "6700000002"],
        ["in-app-purchase", "6700000002"],
        ["subscription", "6731000001"],
        ["app", "1480000002"],
      ],
    );
    assert.deepEqual(found[1], {
      product: { kind: "app", id: "1480000001", app: harborKings, name: "Harbor Kings" },
    });
    assert.deepEqual(found[2], {
      product: {
        kind: "in-app-purchase",
        id: "6700000002",
        app: harborKings,
        productId: "com.example.harborkings.gems.2",
        name: "100 Gems",
        type: "CONSUMABLE",
        state: "APPROVED",
      },
    });
    assert.deepEqual(found[0], {
      product: {
        kind: "subscription",
        id: "6730000002",
        app: { id: "1480000002", bundleId: stillwater, name: "Stillwater: Meditation" },
        productId: "com.example.stillwater.plus.monthly",
        name: "Plus, monthly",
        state: "APPROVED",
      },
    });
  });

  it("are compared exactly, case included, though Apple's filters match more", async () => {
    await using reading = await startReading();
    assert.deepEqual(
      await resolve(reading, [
        { app, product: "com.example.harborkings.gems.1" },
        { app, product: "com.example.harborkings.GEMS.1" },
        { app, product: "com.example.harborkings.gems" },
        { app: "com.example.Harborkings" },
        { app: "com.example" },
        { app: "9999999999" },
        { app: "../1480000001" },
        { app: "9999999999", product: "6700000001" },
        { app: stillwater, product: "6700000001" },
        { app, product: "67000000010" },
      ]),
      [
        "in-app-purchase 6700000001",
        "product_not_found",
        "product_not_found",
        "app_not_found",
        "app_not_found",
        "app_not_found",
        "app_not_found",
        "app_not_found",
        "product_not_found",
        "product_not_found",
      ],
    );
  });

  it("say of each row that names none which field is wrong and what to do", async () => {
    await using reading = await startReading();
    const found = await resolveProducts(await reading.open(), [{ app: "no.app" }, { app, product: "none" }]);
    assert.deepEqual(
      found.map((one) => "error" in one && [one.error.code, one.error.details?.map(({ field }) => field)]),
      [
        ["app_not_found", ["app"]],
        ["product_not_found", ["product"]],
      ],
    );
    for (const one of found) {
      assert.ok("error" in one && one.error.hint);
      assert.match(one.error.message, /no\.app|com\.example\.harborkings has no .* none/);
    }
  });

  it("cost two calls for fifty product IDs of an app, and those of subscriptions only where one is missing", async () => {
    await using reading = await startReading();
    const fifty = Array.from({ length: 50 }, (_, index) => ({
      app,
      product: `com.example.harborkings.gems.${index + 1}`,
    }));
    assert.ok((await resolve(reading, [...fifty, { app }])).every((one) => !one.includes("_")));
    const urls = reading.urls();
    assert.deepEqual(
      urls.map(({ pathname }) => pathname),
      ["/v1/apps", purchases],
    );
    assert.equal(urls[0]?.searchParams.get("filter[bundleId]"), app);
    assert.equal(urls[0]?.searchParams.get("fields[apps]"), "name,bundleId");
    assert.equal(urls[1]?.searchParams.get("filter[productId]")?.split(",").length, 50);
    assert.equal(
      urls[1]?.searchParams.get("fields[inAppPurchases]"),
      "name,productId,inAppPurchaseType,state",
    );
    await resolve(reading, [...fifty.slice(1), { app, product: "com.example.harborkings.club.monthly" }]);
    assert.deepEqual(reading.asked(), ["/v1/apps", purchases, groups]);
  });

  it("are read whole where more are wanted, or where the filter cannot name one", async () => {
    await using reading = await startReading();
    const many = Array.from({ length: 51 }, (_, index) => ({
      app,
      product: `com.example.harborkings.gems.${index + 1}`,
    }));
    await resolve(reading, many);
    assert.deepEqual(reading.asked(), ["/v1/apps", purchases, purchases]);
    change(reading, "inAppPurchases", "6700000240", { productId: "gems,lots" });
    for (const product of ["gems,lots", "6700000240"]) {
      assert.deepEqual(await resolve(reading, [{ app, product }]), ["in-app-purchase 6700000240"]);
      const [first, ...others] = reading.urls().slice(1);
      assert.ok(!first?.searchParams.has("filter[productId]"));
      assert.equal(others[0]?.pathname, purchases);
    }
  });

  it("of 10,000 rows are found with as many calls as there are pages", async () => {
    await using reading = await startReading();
    const { resources } = reading.relay.simulator.world.appStoreConnect;
    const ids = addProducts(resources, "1480000001", 9_760);
    assert.equal(ids.length, 9_760);
    const wishes = Array.from({ length: 10_000 }, (_, index) => ({
      app,
      product: `com.example.harborkings.product.${(index % 9_760) + 1}`,
    }));
    const found = await resolve(reading, wishes);
    assert.deepEqual(
      [found[0], found[9_759]],
      [`in-app-purchase ${ids[0]}`, `in-app-purchase ${ids[9_759]}`],
    );
    // One for the app, and one for each 200 of the 10,000 in-app purchases.
    assert.equal(reading.asked().length, 1 + 50);
  });

  it("of many apps: filtered in parts, then read whole", async () => {
    await using reading = await startReading();
    const bundleIds = addApps(reading, 230);
    await resolve(
      reading,
      bundleIds.slice(0, 81).map((one) => ({ app: one })),
    );
    assert.deepEqual(
      reading.urls().map(({ searchParams }) => searchParams.get("filter[bundleId]")?.split(",").length),
      [40, 40, 1],
    );
    const found = await resolve(reading, [...bundleIds.map((one) => ({ app: one })), { app: "1480000001" }]);
    assert.equal(found.filter((one) => one.startsWith("app 14")).length, 231);
    // 233 apps, 200 a page.
    assert.equal(reading.asked().length, 2);
  });

  it("that are all digits stand for a product ID or an Apple ID, and never for two", async () => {
    await using reading = await startReading();
    const wish = { app, product: "6700000002" };
    change(reading, "inAppPurchases", "6700000005", { productId: "777" });
    change(reading, "inAppPurchases", "6700000006", { productId: "6700000006" });
    assert.deepEqual(
      await resolve(reading, [
        { app, product: "777" },
        { app, product: "6700000006" },
      ]),
      ["in-app-purchase 6700000005", "in-app-purchase 6700000006"],
    );
    // A subscription whose product ID is the Apple ID of an in-app purchase.
    change(reading, "subscriptions", "6731000001", { productId: "6700000002" });
    const [found] = await resolveProducts(await reading.open(), [wish]);
    assert.ok(found && "error" in found);
    assert.equal(found.error.code, "ambiguous_product");
    assert.deepEqual(
      found.error.details?.map(({ field }) => field),
      ["product"],
    );
    assert.match(found.error.message, /6700000002.*6731000001/);
    // Each is still found by what is its own.
    assert.deepEqual(
      await resolve(reading, [
        { app, product: "com.example.harborkings.gems.2" },
        { app, product: "6731000001" },
      ]),
      ["in-app-purchase 6700000002", "subscription 6731000001"],
    );
    // In another app the same digits are no product.
    assert.deepEqual(await resolve(reading, [{ app: stillwater, product: "6700000002" }]), [
      "product_not_found",
    ]);
  });

  it("by an all-digit bundle ID are found where no app has that Apple ID", async () => {
    await using reading = await startReading();
    change(reading, "apps", "1480000003", { bundleId: "20260101" });
    assert.deepEqual(await resolve(reading, [{ app: "20260101" }]), ["app 1480000003"]);
  });

  it("of a group larger than what comes along with it are found on its own pages", async () => {
    await using reading = await startReading();
    const { resources } = reading.relay.simulator.world.appStoreConnect;
    const ids = Array.from({ length: 251 }, (_, index) => String(6_740_000_000 + index));
    for (const [index, id] of ids.entries()) {
      const attributes = { name: `S ${index}`, productId: `s.${index}`, state: "APPROVED" };
      resources.put({ type: "subscriptions", id, attributes, relationships: { group: "21500002" } });
    }
    const group = resources.get("subscriptionGroups", "21500002") ?? assert.fail();
    group.relationships.subscriptions = ids;
    assert.deepEqual(await resolve(reading, [{ app, product: "s.250" }]), ["subscription 6740000250"]);
    const pages = "/v1/subscriptionGroups/21500002/subscriptions";
    assert.deepEqual(reading.asked(), ["/v1/apps", purchases, groups, pages, pages]);
  });

  for (const path of ["/v1/apps", "*/inAppPurchasesV2", "*/subscriptionGroups"]) {
    it(`are an error where Apple's answer of ${path} does not hold all`, async () => {
      await using reading = await startReading();
      const fault = { kind: "fields", replace: { paging: { total: 9_999, limit: 200 } } } as const;
      reading.relay.simulator.faults.add({ path, fault, times: Infinity });
      await assert.rejects(
        resolve(reading, [{ app, product: "6731000001" }]),
        (error) => error instanceof RelayError && error.code === "bad_upstream_response",
      );
    });
  }
});
