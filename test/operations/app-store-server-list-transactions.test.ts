import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

const gems = { transactionId: "300000000001005", bundleId: "com.example.harborkings" };
const plus = { transactionId: "310000000000101", bundleId: "com.example.stillwater" };

interface List {
  environment: string;
  value: Record<string, unknown>[];
  nextLink?: string;
  revision?: string;
}

function listed({ status, json, error }: Answer): List {
  assert.equal(status, 200, JSON.stringify(error));
  return Object(json);
}

async function list(relay: Relay, input: Record<string, unknown>): Promise<List> {
  return listed(await relay.call("ListTransactions", { input }));
}

/** The page that a `nextLink` leads to. */
async function follow(relay: Relay, { nextLink = "" }: List, transactionId: string): Promise<List> {
  const query = new URL(nextLink).search.slice(1);
  return listed(await relay.call("ListTransactions", { params: { transactionId }, query }));
}

const ids = ({ value }: List) => value.map(({ transactionId }) => transactionId);
const urls = ({ simulator }: Relay) => simulator.requests.map(({ url }) => url.replace(/^[^?]*/, ""));

describe("ListTransactions", () => {
  it("answers rows, each with what it says and as Apple signed it", async () => {
    await using relay = await startRelay();
    const { environment, value } = await list(relay, { ...gems, limit: 1 });
    const [row] = value;
    assert.deepEqual(
      [environment, row?.transactionId, row?.price, row?.productId, row?.environment],
      ["Production", "300000000001001", "0.990", "com.example.harborkings.gems.1", "Production"],
    );
    const signedPayload = row?.signedTransaction;
    const { json } = await relay.call("DecodeSignedPayload", { input: { signedPayload } });
    assert.deepEqual({ ...Object(json).payload, signedTransaction: signedPayload }, row);
  });

  it("fills a page from as many of Apple's as it takes", async () => {
    await using relay = await startRelay();
    const first = await list(relay, { ...gems, limit: 45 });
    assert.equal(new Set(ids(first)).size, 45);
    assert.equal(relay.simulator.requests.length, 3);
    assert.equal(first.nextLink, undefined);
    assert.match(first.revision ?? "", /^\d+_300000000001045$/);
  });

  it("goes on in the middle of one of Apple's pages, by the revision before it", async () => {
    await using relay = await startRelay();
    const first = await list(relay, { ...gems, limit: 25 });
    assert.equal(first.revision, undefined);
    relay.simulator.requests.length = 0;
    const second = await follow(relay, first, gems.transactionId);
    assert.deepEqual(
      [...ids(first), ...ids(second)],
      Array.from({ length: 45 }, (_, index) => String(300000000001001 + index)),
    );
    assert.match(urls(relay)[0] ?? "", /\?revision=\d+_300000000001020$/);
  });

  for (const limit of [1, 19, 20, 21, 39, 40, 41, 44, 45, 46]) {
    it(`lists each transaction once, in order, ${limit} a page`, async () => {
      await using relay = await startRelay({ unlimited: true });
      const seen: unknown[] = [];
      let page = await list(relay, { ...gems, limit });
      let pages = 1;
      for (; page.nextLink !== undefined; pages += 1) {
        assert.equal(page.value.length, limit);
        seen.push(...ids(page));
        page = await follow(relay, page, gems.transactionId);
      }
      seen.push(...ids(page));
      assert.deepEqual(
        seen,
        Array.from({ length: 45 }, (_, index) => String(300000000001001 + index)),
      );
      assert.equal(pages, Math.ceil(45 / limit));
      assert.ok(page.revision);
    });
  }

  it("loses nothing when a purchase of the page that was cut is changed meanwhile", async () => {
    await using relay = await startRelay();
    const first = await list(relay, { ...gems, limit: 25 });
    const { production } = relay.simulator.world.appStoreServer;
    const last = production.transactions.find((known) => known.transactionId === "300000000001025");
    // A change moves it to the end of Apple's list.
    Object.assign(last ?? {}, { purchaseDate: Date.now(), revocationDate: Date.now() });
    const second = await follow(relay, first, gems.transactionId);
    const all = [...ids(first), ...ids(second)];
    for (let index = 0; index < 45; index += 1) assert.ok(all.includes(String(300000000001001 + index)));
  });

  it("answers only what is new, by the revision that ended an earlier list", async () => {
    await using relay = await startRelay();
    const { revision } = await list(relay, { ...gems, limit: 200 });
    const nothing = await list(relay, { ...gems, revision });
    assert.deepEqual([nothing.value, nothing.revision], [[], revision]);
    const { production } = relay.simulator.world.appStoreServer;
    const [bought] = production.transactions.filter((known) => known.transactionId === "300000000001045");
    assert.ok(bought);
    production.transactions.push({ ...bought, transactionId: "300000000001046", purchaseDate: Date.now() });
    const more = await list(relay, { ...gems, revision });
    assert.deepEqual(ids(more), ["300000000001046"]);
    assert.match(more.revision ?? "", /_300000000001046$/);
  });

  it("stays in the sandbox once it was found there, without asking production again", async () => {
    await using relay = await startRelay();
    const input = { ...plus, transactionId: "2000000000010104", limit: 3 };
    const first = await list(relay, input);
    assert.deepEqual([first.environment, first.value.length], ["Sandbox", 3]);
    relay.simulator.requests.length = 0;
    const second = await follow(relay, first, input.transactionId);
    assert.deepEqual([second.environment, ids(second)], ["Sandbox", ["2000000000010104"]]);
    const services = relay.simulator.requests.map(({ service }) => service);
    assert.deepEqual(services, ["appStoreServerSandbox"]);
    const { status, error } = await relay.call("ListTransactions", {
      params: { transactionId: input.transactionId },
      query: `${new URL(first.nextLink ?? "").search.slice(1)}&environment=Production`,
    });
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "cursor"]);
  });

  it("asks for every further page of Apple's where the first was found", async () => {
    await using relay = await startRelay();
    const { sandbox } = relay.simulator.world.appStoreServer;
    const [bought] = sandbox.transactions.filter((known) => known.transactionId === "2000000000010101");
    assert.ok(bought);
    for (let number = 1; number <= 30; number += 1) {
      sandbox.transactions.push({ ...bought, transactionId: String(9_000 + number) });
    }
    const { value } = await list(relay, { ...plus, transactionId: "9001", limit: 34 });
    assert.equal(value.length, 34);
    assert.deepEqual(
      relay.simulator.requests.map(({ service }) => service),
      ["appStoreServer", "appStoreServerSandbox", "appStoreServerSandbox"],
    );
  });

  it("passes every filter in Apple's form, on each page", async () => {
    await using relay = await startRelay();
    const input = {
      ...gems,
      startDate: "2020-01-01T00:00:00+01:00",
      endDate: "2100-01-01",
      productId: "com.example.harborkings.gems.1, com.example.harborkings.gems.2",
      productType: "CONSUMABLE,NON_CONSUMABLE",
      inAppOwnershipType: "PURCHASED",
      revoked: false,
      sort: "descending",
      limit: 10,
    };
    const first = await list(relay, input);
    const second = await follow(relay, first, input.transactionId);
    assert.deepEqual([first.value.length, second.value.length, second.nextLink], [10, 8, undefined]);
    assert.equal(first.value[0]?.transactionId, "300000000001042");
    const filters = [
      ["startDate", String(Date.parse("2019-12-31T23:00:00Z"))],
      ["endDate", String(Date.parse("2100-01-01T00:00:00Z"))],
      ["inAppOwnershipType", "PURCHASED"],
      ["revoked", "false"],
      ["sort", "DESCENDING"],
      ["productId", "com.example.harborkings.gems.1"],
      ["productId", "com.example.harborkings.gems.2"],
      ["productType", "CONSUMABLE"],
      ["productType", "NON_CONSUMABLE"],
    ];
    assert.ok(relay.simulator.requests.length >= 2);
    for (const url of urls(relay)) {
      const sent = [...new URLSearchParams(url)].filter(([name]) => name !== "revision");
      assert.deepEqual(sent, filters);
    }
  });

  it("filters by subscription group", async () => {
    await using relay = await startRelay();
    const input = { ...plus, subscriptionGroupIdentifier: "1,21500001" };
    assert.equal((await list(relay, input)).value.length, 4);
    assert.deepEqual((await list(relay, { ...plus, subscriptionGroupIdentifier: "21500009" })).value, []);
  });

  for (const [field, value] of [
    ["startDate", "yesterday"],
    ["startDate", "2026-02-31"],
    ["productId", "a b"],
    ["productType", "consumable"],
    ["subscriptionGroupIdentifier", "plus"],
    ["inAppOwnershipType", "mine"],
    ["revoked", "perhaps"],
    ["sort", "up"],
    ["revision", "a b"],
  ] as const) {
    it(`refuses ${value} as ${field} before anything is sent`, async () => {
      await using relay = await startRelay();
      const input = { ...gems, [field]: value };
      const { status, error } = await relay.call("ListTransactions", { input });
      assert.deepEqual([status, error?.details?.map((detail) => detail.field)], [400, [field]]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("refuses an end that is not after the start", async () => {
    await using relay = await startRelay();
    const input = { ...gems, startDate: "2026-01-01T00:00:00Z", endDate: "2026-01-01" };
    const { status, error } = await relay.call("ListTransactions", { input });
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "endDate"]);
    assert.equal(relay.simulator.requests.length, 0);
  });

  it("names Apple's code for a revision that is none of its own", async () => {
    await using relay = await startRelay();
    const { status, error } = await relay.call("ListTransactions", { input: { ...gems, revision: "1_1" } });
    assert.deepEqual([status, error?.code, error?.upstream?.code], [422, "rejected", "4000005"]);
    assert.match(error?.hint ?? "", /first page/);
  });

  for (const [what, replace, field] of [
    ["without a list", { signedTransactions: "none" }, "signedTransactions"],
    ["that leads nowhere", { revision: "", hasMore: true }, "revision"],
    ["whose revision is of no form", { revision: "a b", hasMore: true }, "revision"],
  ] as const) {
    it(`refuses an answer ${what}`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "fields", replace } });
      const { status, error } = await relay.call("ListTransactions", { input: gems });
      assert.deepEqual(
        [status, error?.code, error?.details?.[0]?.field],
        [502, "bad_upstream_response", field],
      );
    });
  }

  it("refuses pages that lead in a circle", async () => {
    await using relay = await startRelay();
    const { transactions } = relay.simulator.world.appStoreServer.production;
    const last = transactions.find((known) => known.transactionId === "300000000001020");
    const replace = { revision: `${last?.purchaseDate}_300000000001020`, hasMore: true };
    const times = Number.POSITIVE_INFINITY;
    relay.simulator.faults.add({ service: "appStoreServer", times, fault: { kind: "fields", replace } });
    const { status, error } = await relay.call("ListTransactions", { input: { ...gems, limit: 200 } });
    assert.deepEqual([status, error?.details?.[0]?.field], [502, "revision"]);
    assert.equal(relay.simulator.requests.length, 2);
  });

  it("asks for so many pages and no more where they are all but empty", async () => {
    await using relay = await startRelay();
    const { transactions } = relay.simulator.world.appStoreServer.production;
    const bodies = transactions
      .filter((known) => known.bundleId === gems.bundleId)
      .slice(0, 30)
      .map((known) => `${known.purchaseDate}_${known.transactionId}`);
    for (const revision of bodies) {
      const replace = { revision, hasMore: true, signedTransactions: [] };
      relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "fields", replace } });
    }
    const { value, nextLink } = await list(relay, gems);
    assert.deepEqual([value, relay.simulator.requests.length], [[], 20]);
    assert.ok(nextLink);
  });

  it("refuses an answer that is larger than is read", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "oversized" } });
    const { status, error } = await relay.call("ListTransactions", { input: gems });
    assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
  });
});
