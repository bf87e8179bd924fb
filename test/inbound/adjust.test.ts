import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { canary } from "../support/canary.ts";
import { startRelay } from "../support/relay.ts";
import { openInbound, type Sent } from "./support.ts";

async function start() {
  const relay = await startRelay();
  const token = relay.demo.vault["demo-adjust-callback"]?.value ?? assert.fail();
  const inbound = openInbound(relay, "adjust");
  return {
    relay,
    token,
    inbound,
    get: (query: string) => inbound.send({ method: "GET", query: `token=${token}&${query}` }),
    [Symbol.asyncDispose]: () => relay.close(),
  };
}

const form = { "content-type": "application/x-www-form-urlencoded" };
const purchase =
  "activity_kind=event&event_name=Purchase&created_at=1790000000&environment=sandbox&app_id=1480000002&gps_adid=&adid=18546f61&revenue=4.99";

describe("A callback of Adjust", () => {
  it("is stored with its placeholders in our spelling, and without the token", async () => {
    await using rig = await start();
    const { status, line } = await rig.get(
      `${purchase}&code=function-key&callback_url=https%3A%2F%2Fx%2F%3Ftoken%3D${rig.token}`,
    );
    assert.equal(status, 200, String(line.fault));
    const [event] = await rig.inbound.stored();
    const { id, ...others } = event ?? assert.fail();
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.deepEqual(others, {
      source: "adjust",
      type: "event",
      subtype: "Purchase",
      environment: "sandbox",
      bundleId: "com.example.stillwater",
      occurredAt: new Date(1_790_000_000_000).toISOString(),
      data: {
        activityKind: "event",
        eventName: "Purchase",
        createdAt: "1790000000",
        environment: "sandbox",
        appId: "1480000002",
        adid: "18546f61",
        revenue: "4.99",
        callbackUrl: "https://x/?token=[redacted]",
      },
    });
  });

  it("is one event however it comes and in whatever order, and two where any value differs", async () => {
    await using rig = await start();
    const pairs = [...new URLSearchParams(purchase)];
    const query = `token=${rig.token}`;
    const ways: Sent[] = [
      { method: "GET", query: `${query}&${purchase}` },
      { method: "GET", query: `${purchase}&${query}` },
      { method: "GET", query: `${query}&${new URLSearchParams([...pairs].reverse())}` },
      { query: `${query}&${purchase}` },
      { query, body: purchase, headers: form },
      {
        query: `${query}&activity_kind=event`,
        body: purchase.replace("activity_kind=event&", ""),
        headers: form,
      },
      { query, body: Object.fromEntries(pairs) },
    ];
    for (const way of ways) assert.equal((await rig.inbound.send(way)).status, 200, JSON.stringify(way));
    assert.equal((await rig.inbound.stored()).length, 1);
    for (const other of [
      purchase.replace("1790000000", "1790000001"),
      purchase.replace("18546f61", "18546f62"),
      `${purchase}&nonce=1`,
      `${purchase}&adid=18546f61`,
    ]) {
      assert.equal((await rig.get(other)).status, 200);
    }
    assert.equal((await rig.inbound.stored()).length, 5);
  });

  it("may have any content", async () => {
    await using rig = await start();
    for (const query of [
      "",
      "activity_kind=a_kind_of_tomorrow",
      "created_at=nonsense&environment=elsewhere&app_id=com.example.android",
      "created_at_milli=1790000000123&bundle_id=com.example.named&app_id=999999999",
      "__proto__=x&constructor=y&a=1&a=2",
    ]) {
      const { status, line } = await rig.get(query);
      assert.equal(status, 200, `${query} ${line.fault}`);
    }
    const stored = await rig.inbound.stored();
    assert.deepEqual(new Set(stored.map(({ type }) => type)), new Set(["unknown", "a_kind_of_tomorrow"]));
    assert.deepEqual(
      stored
        .map(({ bundleId }) => bundleId)
        .filter((bundleId) => bundleId !== null)
        .sort(),
      ["com.example.android", "com.example.named"],
    );
    assert.ok(stored.some(({ occurredAt }) => occurredAt === new Date(1_790_000_000_123).toISOString()));
    assert.ok(stored.some(({ data }) => JSON.stringify(data.a) === '["1","2"]'));
  });

  it("counts with either of two tokens while one takes the other's place", async () => {
    await using rig = await start();
    const next = canary("next-callback-token-of-32-characters");
    const tags = { kind: "adjust-callback" };
    await rig.relay.writeSecret("next-callback", { value: next, tags, enabled: true, expiresOn: null });
    const inbound = openInbound(rig.relay, "adjust");
    for (const [number, token] of [rig.token, next].entries()) {
      const { status } = await inbound.send({ method: "GET", query: `token=${token}&number=${number}` });
      assert.equal(status, 200);
    }
    const disabled = rig.relay.demo.vault["demo-adjust-callback"] ?? assert.fail();
    await rig.relay.writeSecret("demo-adjust-callback", { ...disabled, enabled: false });
    const later = openInbound(rig.relay, "adjust");
    assert.equal((await later.send({ method: "GET", query: `token=${rig.token}&number=3` })).status, 401);
  });

  it("is refused with any other token, and in a form that Adjust does not send", async () => {
    await using rig = await start();
    const { token } = rig;
    for (const query of [
      "",
      "token=",
      `token=${token.slice(1)}`,
      `token=${token}x`,
      `token=${token.toUpperCase()}`,
      `token=${token}&token=${token}`,
      `Token=${token}`,
      `token=${"x".repeat(64)}`,
      `token=${"x".repeat(5_000)}`,
    ]) {
      assert.equal((await rig.inbound.send({ method: "GET", query })).status, 401, query.slice(0, 12));
    }
    for (const [body, headers] of [
      ["x", { "content-type": "text/plain" }],
      ["[]", {}],
      ["{", {}],
    ] as const) {
      const { status } = await rig.inbound.send({ query: `token=${token}`, body, headers });
      assert.ok(status === 400 || status === 415, `${body} ${status}`);
    }
    const many = Array.from({ length: 1_001 }, (_, number) => `p${number}=1`).join("&");
    const { status } = await rig.inbound.send({ query: `token=${token}`, body: many, headers: form });
    assert.equal(status, 400);
    assert.deepEqual(await rig.inbound.stored(), []);
  });
});
