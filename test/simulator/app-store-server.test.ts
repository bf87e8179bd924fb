import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { get, raw, send, startBench, type TestBench } from "./support.ts";

let bench: TestBench;
let stillwater: string;
let harborKings: string;
let production: string;
let sandbox: string;

before(async () => {
  bench = await startBench();
  stillwater = await bench.tokens.purchase("com.example.stillwater");
  harborKings = await bench.tokens.purchase("com.example.harborkings");
  production = bench.simulator.urls.appStoreServer;
  sandbox = bench.simulator.urls.appStoreServerSandbox;
});
after(() => bench.simulator.close());

async function read(url: string, token: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await get(url, token);
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text) };
}

async function errorCode(target: string, token = stillwater, origin = production): Promise<unknown> {
  const { status, body } = await read(`${origin}${target}`, token);
  assert.equal(status, Math.floor(Number(body.errorCode) / 10_000));
  assert.equal(typeof body.errorMessage, "string");
  return body.errorCode;
}

function signed(value: unknown): Record<string, unknown>[] {
  assert.ok(Array.isArray(value));
  return value.map((jws) => decodeJwt(String(jws)));
}

describe("transactions", () => {
  test("are signed, and live in one environment", async () => {
    const { body } = await read(`${production}/inApps/v1/transactions/300000000000002`, stillwater);
    const jws = String(body.signedTransactionInfo);
    assert.equal(decodeProtectedHeader(jws).alg, "ES256");
    const payload = decodeJwt(jws);
    assert.equal(payload.transactionId, "300000000000002");
    assert.equal(payload.originalTransactionId, "300000000000001");
    assert.equal(payload.environment, "Production");
    assert.equal(payload.bundleId, "com.example.stillwater");
    assert.equal(await errorCode("/inApps/v1/transactions/300000000000002", stillwater, sandbox), 4040010);
    assert.equal(await errorCode("/inApps/v1/transactions/2000000000000001"), 4040010);
    assert.equal((await read(`${sandbox}/inApps/v1/transactions/2000000000000001`, stillwater)).status, 200);
  });

  test("of another app are not found", async () => {
    assert.equal(await errorCode("/inApps/v1/transactions/300000000000002", harborKings), 4040010);
  });

  test("need an id that is one", async () => {
    for (const id of ["abc", "1".repeat(21), "1%2F2", "-1"])
      assert.equal(await errorCode(`/inApps/v1/transactions/${id}`), 4000006);
  });
});

describe("paths", () => {
  test("count every character; what no endpoint has is 404 without a body", async () => {
    for (const target of [
      "/inapps/v1/transactions/300000000000001",
      "/inApps/V1/transactions/300000000000001",
      "/inApps/v1/transactions/300000000000001/",
      "/inApps/v1/history/300000000000001",
      "/inApps/v1/./transactions/300000000000001",
    ]) {
      const answer = await raw(production, target, { token: stillwater });
      assert.deepEqual([answer.status, answer.body.length], [404, 0], target);
    }
    const post = await send("POST", `${production}/inApps/v1/transactions/300000000000001`, stillwater, {});
    assert.equal(post.status, 404);
  });
});

describe("history", () => {
  test("comes 20 a page, by revision, until hasMore is false", async () => {
    const ids: unknown[] = [];
    const sizes: number[] = [];
    let revision: string | undefined;
    for (let more = true; more; ) {
      const query = revision === undefined ? "" : `?revision=${revision}`;
      const { body } = await read(`${production}/inApps/v2/history/300000000001005${query}`, harborKings);
      const page = signed(body.signedTransactions);
      sizes.push(page.length);
      ids.push(...page.map(({ transactionId }) => transactionId));
      revision = String(body.revision);
      more = body.hasMore === true;
      assert.deepEqual([body.environment, body.appAppleId], ["Production", 1480000001]);
    }
    assert.deepEqual(sizes, [20, 20, 5]);
    assert.equal(new Set(ids).size, 45);
    const resumed = await read(
      `${production}/inApps/v2/history/300000000001005?revision=${revision}`,
      harborKings,
    );
    assert.deepEqual(
      [resumed.body.hasMore, resumed.body.revision, resumed.body.signedTransactions],
      [false, revision, []],
    );
  });

  test("filters and sorts", async () => {
    const list = async (query: string) => {
      const { body } = await read(`${production}/inApps/v2/history/300000000001001?${query}`, harborKings);
      return signed(body.signedTransactions).map(({ transactionId }) => transactionId);
    };
    assert.equal((await list("sort=DESCENDING"))[0], "300000000001045");
    assert.equal((await list("productId=com.example.harborkings.gems.1")).length, 9);
    const two = "productId=com.example.harborkings.gems.1&productId=com.example.harborkings.gems.2";
    assert.equal((await list(two)).length, 18);
    assert.deepEqual(await list("productType=AUTO_RENEWABLE"), []);
    assert.deepEqual(await list("revoked=true"), []);
    const all = bench.simulator.world.appStoreServer.production.transactions;
    const third = all.find(({ transactionId }) => transactionId === "300000000001003")?.purchaseDate ?? 0;
    assert.deepEqual(await list(`endDate=${third}`), ["300000000001001", "300000000001002"]);
  });

  test("refuses each wrong parameter with its own code", async () => {
    const wrong: Record<string, number> = {
      "revision=made-up": 4000005,
      "startDate=yesterday": 4000015,
      "endDate=x": 4000016,
      "startDate=2&endDate=1": 4000013,
      "sort=UP": 4000021,
      "productType=BOOK": 4000022,
      "inAppOwnershipType=RENTED": 4000026,
      "revoked=perhaps": 4000030,
      "limit=5": 4000000,
      "sort=ASCENDING&sort=ASCENDING": 4000000,
    };
    for (const [query, code] of Object.entries(wrong))
      assert.equal(await errorCode(`/inApps/v2/history/300000000000001?${query}`), code, query);
  });

  test("does not name the app's Apple ID in the sandbox", async () => {
    const { body } = await read(`${sandbox}/inApps/v2/history/2000000000000001`, stillwater);
    assert.deepEqual([body.environment, body.appAppleId], ["Sandbox", undefined]);
  });
});

describe("subscriptions", () => {
  test("come by group, with the last transaction and the renewal", async () => {
    const { body } = await read(`${production}/inApps/v1/subscriptions/300000000000001`, stillwater);
    const [group] = body.data as {
      subscriptionGroupIdentifier: string;
      lastTransactions: Record<string, unknown>[];
    }[];
    const [item] = group?.lastTransactions ?? [];
    assert.equal(group?.subscriptionGroupIdentifier, "21500001");
    assert.deepEqual([item?.originalTransactionId, item?.status], ["300000000000001", 1]);
    const transaction = decodeJwt(String(item?.signedTransactionInfo));
    assert.equal(transaction.transactionId, "300000000000002");
    assert.ok(Number(transaction.expiresDate) > Date.now());
    assert.equal(decodeJwt(String(item?.signedRenewalInfo)).autoRenewStatus, 1);
  });

  test("filter by status", async () => {
    const list = (query: string) =>
      read(`${production}/inApps/v1/subscriptions/300000000000001?${query}`, stillwater);
    assert.deepEqual((await list("status=2&status=5")).body.data, []);
    assert.equal(await errorCode("/inApps/v1/subscriptions/300000000000001?status=6"), 4000031);
  });
});

describe("refunds", () => {
  test("are the customer's revoked transactions", async () => {
    const { body } = await read(`${production}/inApps/v2/refund/lookup/300000000002001`, stillwater);
    assert.equal(body.hasMore, false);
    assert.deepEqual(
      signed(body.signedTransactions).map(({ transactionId, revocationReason }) => [
        transactionId,
        revocationReason,
      ]),
      [["300000000002001", 1]],
    );
    const none = await read(`${production}/inApps/v2/refund/lookup/300000000000001`, stillwater);
    assert.deepEqual(none.body.signedTransactions, []);
  });
});

describe("the app account token", () => {
  const path = "/inApps/v1/transactions/300000000000001/appAccountToken";
  const appAccountToken = "0D6B1F2C-8A01-4C57-9A3E-5E1F7A902B1C";

  test("is set on all transactions of the original one, answered without a body", async () => {
    const response = await send("PUT", `${production}${path}`, stillwater, { appAccountToken });
    assert.deepEqual([response.status, await response.text()], [200, ""]);
    assert.equal(response.headers.get("content-length"), "0");
    const { body } = await read(`${production}/inApps/v1/transactions/300000000000002`, stillwater);
    const payload = decodeJwt(String(body.signedTransactionInfo));
    assert.equal(payload.appAccountToken, appAccountToken.toLowerCase());
  });

  test("must be a UUID, for an original transaction", async () => {
    const code = async (target: string, body: unknown) => {
      const response = await send("PUT", `${production}${target}`, stillwater, body);
      const answer: { errorCode: number } = JSON.parse(await response.text());
      return answer.errorCode;
    };
    assert.equal(await code(path, { appAccountToken: "x" }), 4000183);
    assert.equal(await code(path, {}), 4000183);
    assert.equal(await code(path, { appAccountToken, extra: 1 }), 4000000);
    assert.equal(await code(path.replace("0001/", "0002/"), { appAccountToken }), 4000187);
    assert.equal(await code(path.replace("0001/", "0009/"), { appAccountToken }), 4040010);
  });
});
