import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { decodeJwt } from "jose";
import { send, startBench, type TestBench } from "./support.ts";

const bundleId = "com.example.stillwater";
const day = 86_400_000;

let bench: TestBench;
let token: string;
let now: number;

before(async () => {
  bench = await startBench();
  token = await bench.tokens.purchase(bundleId);
  now = Date.now();
  const { notifications } = bench.simulator;
  const wish = { environment: "production", bundleId, lost: true } as const;
  await notifications.send({ ...wish, type: "DID_RENEW", count: 45, at: now - 2 * day });
  await notifications.send({ ...wish, type: "REFUND", transactionId: "300000000002001", at: now - day });
  await notifications.send({
    ...wish,
    bundleId: "com.example.harborkings",
    type: "REFUND",
    at: now - day,
  });
});
after(() => bench.simulator.close());

interface HistoryPage {
  hasMore: boolean;
  paginationToken?: string;
  notificationHistory: { signedPayload: string; sendAttempts: { sendAttemptResult: string }[] }[];
  errorCode?: number;
}

async function ask(more: Record<string, unknown>, paginationToken?: string): Promise<HistoryPage> {
  const query =
    paginationToken === undefined ? "" : `?paginationToken=${encodeURIComponent(paginationToken)}`;
  const body = { startDate: now - 10 * day, endDate: now + day, ...more };
  const url = `${bench.simulator.urls.appStoreServer}/inApps/v1/notifications/history${query}`;
  return JSON.parse(await (await send("POST", url, token, body)).text());
}

const idsOf = ({ notificationHistory }: HistoryPage) =>
  notificationHistory.map(({ signedPayload }) => String(decodeJwt(signedPayload).notificationUUID));

describe("The history of notifications", () => {
  it("comes 20 a page, each page once, while the body stays the same", async () => {
    const sizes: number[] = [];
    const ids: string[] = [];
    for (let page = await ask({}); ; page = await ask({}, page.paginationToken)) {
      sizes.push(page.notificationHistory.length);
      ids.push(...idsOf(page));
      if (!page.hasMore) break;
    }
    assert.deepEqual(sizes, [20, 20, 6]);
    assert.equal(new Set(ids).size, 46);
    const { paginationToken } = await ask({});
    assert.equal((await ask({ onlyFailures: true }, paginationToken)).errorCode, 4000014);
    assert.equal((await ask({}, "made-up")).errorCode, 4000014);
  });

  it("is filtered by type, purchase, failure and time", async () => {
    assert.equal(idsOf(await ask({ notificationType: "REFUND" })).length, 1);
    assert.equal(idsOf(await ask({ transactionId: "300000000002001" })).length, 1);
    assert.equal(idsOf(await ask({ onlyFailures: true })).length, 20);
    assert.equal(idsOf(await ask({ startDate: now - 1.5 * day })).length, 1);
    assert.equal(idsOf(await ask({ endDate: now - 2 * day + 3 })).length, 3);
    const [sent] = bench.simulator.world.appStoreServer.production.notifications;
    sent?.attempts.push({ attemptDate: now, sendAttemptResult: "SUCCESS" });
    const failures = await ask({ onlyFailures: true, endDate: now - 2 * day + 3 });
    assert.equal(idsOf(failures).length, 2);
    assert.equal(failures.notificationHistory[0]?.sendAttempts[0]?.sendAttemptResult, "NO_RESPONSE");
  });

  it("refuses what Apple refuses, each with its own code", async () => {
    const wrong: [Record<string, unknown>, number][] = [
      [{ startDate: "yesterday" }, 4000015],
      [{ endDate: null }, 4000016],
      [{ startDate: now + 2 * day }, 4000013],
      [{ startDate: now - 181 * day }, 4000012],
      [{ notificationType: "FUTURE" }, 4000018],
      [{ notificationType: "REFUND", notificationSubtype: "UPGRADE" }, 4000018],
      [{ notificationSubtype: "UPGRADE" }, 4000018],
      [{ notificationType: "REFUND", transactionId: "300000000002001" }, 4000019],
      [{ transactionId: "x" }, 4000006],
      [{ other: 1 }, 4000000],
    ];
    for (const [body, code] of wrong) assert.equal((await ask(body)).errorCode, code, JSON.stringify(body));
  });
});
