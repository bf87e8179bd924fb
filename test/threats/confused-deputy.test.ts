import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import type { RecordedRequest } from "../../local/simulator/index.ts";
import { type Account, makeAccounts } from "../support/accounts.ts";
import { settingsOf, startFunctionApp } from "../support/function-app.ts";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";

/** Calls in total, half for each account. */
const total = 1_000;

/** As many at once as a busy instance serves. */
const atOnce = 50;

/** A call as one account, told apart upstream by its mark. */
type Way = (account: Account, mark: string) => [operationId: string, facts: CallFacts];

const ways: readonly Way[] = [
  ({ letter }, mark) => ["ListApps", { input: { name: mark, credential: `team-${letter}` } }],
  ({ letter }, mark) => [
    "RelayReadAppStoreConnect",
    { params: { path: "v1/apps" }, query: { credential: `team-${letter}`, "filter[name]": mark } },
  ],
  ({ letter }, mark) => [
    "SendAppStoreConnectRequest",
    {
      query: { credential: `team-${letter}` },
      input: { method: "GET", path: "v1/apps", query: { "filter[name]": mark } },
    },
  ],
  ({ bundleId }, mark) => [
    "RelayReadAppStoreServer",
    {
      params: { environment: "production", path: "inApps/v2/history/300000000001001" },
      query: [["revision", mark]],
      headers: { "x-relay-bundle-id": bundleId },
    },
  ],
  ({ letter }, mark) => [
    "RelayReadAdjust",
    {
      params: { path: "app-automation/app" },
      query: [["store_id", mark]],
      headers: { "x-relay-credential": `adjust-${letter}` },
    },
  ],
];

function assertOwn(account: Account, { service, headers, url }: RecordedRequest): void {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
  if (service === "adjust") {
    assert.ok(token === account.adjustToken, `${url} was sent with another account's token`);
    return;
  }
  const claims = decodeJwt(token);
  const { kid } = decodeProtectedHeader(token);
  assert.equal(claims.iss, account.issuerId, url);
  if (service === "appStoreConnect") {
    assert.equal(kid, account.teamKeyId, url);
    assert.equal(claims.bid, undefined);
  } else {
    assert.equal(kid, account.purchaseKeyId, url);
    assert.equal(claims.bid, account.bundleId);
  }
}

/** The account that the mark in a URL names. */
function markOf(url: string): { letter: string; index: number } {
  const [, letter = "", index = ""] = /mark-([ab])-(\d+)/.exec(decodeURIComponent(url)) ?? [];
  return { letter, index: Number(index) };
}

async function inTurns(call: (index: number) => Promise<void>): Promise<void> {
  const queue = Array.from({ length: total }).keys();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const index of queue) await call(index);
    }),
  );
}

function assertAll(relay: Relay, accounts: readonly [Account, Account]): void {
  const met = new Set<number>();
  for (const request of relay.simulator.requests) {
    const { letter, index } = markOf(request.url);
    const account = accounts.find((candidate) => candidate.letter === letter);
    assert.ok(account, `${request.url} has no mark`);
    assertOwn(account, request);
    met.add(index);
  }
  assert.equal(met.size, total, "calls that never reached an upstream");
}

describe("a confused deputy", () => {
  it("is not found in 1,000 interleaved calls of two accounts", async () => {
    const { demo, accounts } = makeAccounts();
    await using relay = await startRelay({ demo, unlimited: true });
    await inTurns(async (index) => {
      const account = accounts[index % 2] ?? accounts[0];
      const way = ways[Math.floor(index / 2) % ways.length] ?? assert.fail();
      const [id, facts] = way(account, `mark-${account.letter}-${index}`);
      const { status, error } = await relay.call(id, facts);
      assert.ok(status < 500 && error?.source !== "relay", `${id}: ${status} ${error?.message}`);
    });
    assertAll(relay, accounts);
  });

  it("is not found at the host, with both accounts' keys turned over in between", async () => {
    const { demo, accounts } = makeAccounts();
    await using relay = await startRelay({ demo, unlimited: true });
    await using app = await startFunctionApp(settingsOf(relay));
    await inTurns(async (index) => {
      const account = accounts[index % 2] ?? accounts[0];
      const mark = `mark-${account.letter}-${index}`;
      const answer = await app.fetch(
        `/app-store-connect/apps?name=${mark}&credential=team-${account.letter}`,
      );
      await answer.arrayBuffer();
      assert.equal(answer.status, 200);
      // The same secret again is a new version of it: the token is minted anew.
      const name = `team-${account.letter}`;
      const document = demo.vault[name];
      if (index % 100 < 2 && document) await relay.writeSecret(name, document);
    });
    assertAll(relay, accounts);
  });

  it("is not made by a cursor: a list goes on with the credential that began it", async () => {
    const { demo, accounts } = makeAccounts();
    await using relay = await startRelay({ demo, unlimited: true });
    const [a] = accounts;
    const first = await relay.call("ListApps", { input: { limit: 1, credential: "team-a" } });
    const { nextLink = "" } = first.json as { nextLink?: string };
    const cursor = new URL(nextLink).searchParams.get("cursor") ?? "";
    assert.notEqual(cursor, "");
    relay.simulator.requests.length = 0;
    const other = await relay.call("ListApps", { input: { cursor, limit: 1, credential: "team-b" } });
    assert.equal(other.status, 400);
    assert.equal(relay.simulator.requests.length, 0);
    // Without a name the cursor's own is used, not a guess among two.
    const next = await relay.call("ListApps", { input: { cursor, limit: 1 } });
    assert.equal(next.status, 200);
    const [sent] = relay.simulator.requests;
    assert.ok(sent);
    assertOwn(a, sent);
  });

  it("is not made by a bundle ID: a key signs for no app but its own", async () => {
    const { demo, accounts } = makeAccounts();
    await using relay = await startRelay({ demo, unlimited: true });
    const [a, b] = accounts;
    for (const [account, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const answer = await relay.call("SendAppStoreServerRequest", {
        query: { credential: `shop-${account.letter}` },
        input: { method: "GET", path: "inApps/v2/history/300000000001001", bundleId: other.bundleId },
      });
      assert.equal(answer.status, 400);
      assert.equal(answer.error?.code, "credential_unavailable");
    }
    assert.equal(relay.simulator.requests.length, 0);
  });
});
