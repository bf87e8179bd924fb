import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { callbackForgeries } from "../../local/simulator/callbacks/sender.ts";
import { demoParameters } from "../../local/simulator/index.ts";
import { startReceiver } from "../support/receiver.ts";
import { startBench } from "./support.ts";

const token = "a-token-that-adjust-was-told";

/** A simulator whose Adjust was told to call a receiver of the test's own. */
async function connected() {
  const bench = await startBench({ ports: { control: 0 } });
  const receiver = await startReceiver();
  const template = `${receiver.url}/in?token=${token}&${demoParameters}`;
  bench.simulator.callbacks.configure(template);
  return {
    bench,
    receiver,
    template,
    parameters: (index = 0) => new URL(receiver.received[index]?.url ?? "", receiver.url).searchParams,
    async control(
      body?: unknown,
    ): Promise<{ status: number; text: string; json: ReturnType<typeof Object> }> {
      const url = `${bench.simulator.urls.control}/simulator/adjust-callbacks`;
      const answer = await fetch(
        url,
        body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
      );
      const text = await answer.text();
      return { status: answer.status, text, json: JSON.parse(text) };
    },
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

describe("callbacks of Adjust", () => {
  test("are GETs of the URL with its placeholders filled in, encoded, and nothing where there is no value", async () => {
    await using parts = await connected();
    const at = Date.UTC(2026, 0, 30, 12);
    const { json } = await parts.control({
      activityKind: "install",
      at,
      values: { country: "a&b=c é", revenue: 4.99 },
    });
    const [received] = parts.receiver.received;
    assert.deepEqual([received?.method, received?.body], ["GET", ""]);
    const sent = Object.fromEntries(parts.parameters());
    assert.deepEqual(
      { ...sent, nonce: "" },
      {
        token,
        activity_kind: "install",
        event: "",
        event_name: "",
        app_token: "hk1ios2game3",
        app_id: "1480000001",
        app_name: "Harbor Kings",
        environment: "production",
        created_at: String(at / 1000),
        adid: "acf8534f2f052395e617a38730682ccc",
        idfa: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90",
        network_name: "Organic",
        country: "a&b=c é",
        revenue: "4.99",
        currency: "",
        nonce: "",
      },
    );
    assert.deepEqual(
      json.sent[0].attempts.map(({ status, failure }: Record<string, unknown>) => [status, failure]),
      [[200, null]],
    );
  });

  test("name an event of the app by its token and its name", async () => {
    await using parts = await connected();
    await parts.control({ activityKind: "event" });
    await parts.control({ activityKind: "event", event: "registration", environment: "sandbox" });
    await parts.control({ activityKind: "event", event: "ev10003x", appToken: "hk9and8game7" });
    const names = [0, 1, 2].map((index) => [
      parts.parameters(index).get("event"),
      parts.parameters(index).get("event_name"),
      parts.parameters(index).get("environment"),
    ]);
    assert.deepEqual(names, [
      ["ev10001x", "purchase", "production"],
      ["ev10002x", "registration", "sandbox"],
      ["ev10003x", "purchase", "production"],
    ]);
  });

  test("come for events that were sent server to server", async () => {
    await using parts = await connected();
    const { bench, receiver } = parts;
    const answer = await fetch(`${bench.simulator.urls.adjust}/event`, {
      method: "POST",
      headers: { authorization: `Bearer ${bench.demo.vault["demo-adjust-s2s"]?.value}` },
      body: new URLSearchParams({
        s2s: "1",
        app_token: "hk1ios2game3",
        event_token: "ev10001x",
        idfa: "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90",
        revenue: "4.99",
        currency: "EUR",
        environment: "sandbox",
      }),
    });
    assert.equal(answer.status, 200);
    await receiver.got(1);
    const {
      activity_kind,
      event_name,
      environment,
      revenue,
      currency,
      token: sent,
    } = Object.fromEntries(parts.parameters());
    assert.deepEqual(
      [activity_kind, event_name, environment, revenue, currency, sent],
      ["event", "purchase", "sandbox", "4.99", "EUR", token],
    );
  });

  test("come as several activities, and each as copies at the same time", async () => {
    await using parts = await connected();
    let open = () => {};
    const gate = new Promise<number>((resolve) => {
      open = () => resolve(200);
    });
    parts.receiver.answer = () => gate;
    const sending = parts.control({ activityKind: "session", copies: 6 });
    await parts.receiver.got(6);
    open();
    assert.equal((await sending).json.sent[0].attempts.length, 6);
    assert.equal(new Set(parts.receiver.received.map(({ url }) => url)).size, 1);
    await parts.control({ activityKind: "session", count: 3 });
    assert.equal(new Set(parts.receiver.received.map(({ url }) => url)).size, 4);
  });

  for (const forged of callbackForgeries) {
    test(`can be forged, and are not kept then: ${forged}`, async () => {
      await using parts = await connected();
      await parts.control({ activityKind: "install", forged });
      assert.notEqual(parts.parameters().get("token"), token);
      assert.equal(parts.parameters().get("activity_kind"), "install");
      assert.deepEqual((await parts.control()).json, { value: [] });
    });
  }

  test("are sent again when told to, until they have arrived", async () => {
    await using parts = await connected();
    parts.receiver.answer = () => 503;
    await parts.control({ activityKind: "install" });
    await parts.control({ activityKind: "session", lost: true });
    assert.equal(parts.receiver.received.length, 1);
    parts.receiver.answer = () => 200;
    const again = await parts.control({ retry: true });
    assert.deepEqual(
      again.json.sent.map(({ attempts }: { attempts: { status: number }[] }) =>
        attempts.map(({ status }) => status),
      ),
      [[503, 200], [200]],
    );
    assert.deepEqual((await parts.control({ retry: true })).json.sent, []);
    assert.equal(parts.receiver.received[0]?.url, parts.receiver.received[1]?.url);
  });

  test("show no token", async () => {
    await using parts = await connected();
    const sent = await parts.control({ activityKind: "install" });
    const kept = await parts.control();
    for (const { text } of [sent, kept]) {
      assert.match(text, /"activity_kind":"install"/);
      assert.ok(!text.includes(token));
    }
  });

  test("say what is wrong, and go nowhere off this machine", async () => {
    await using parts = await connected();
    for (const [body, reason] of [
      [{ url: "https://relay.example.com/?a={activity_kind}" }, /of this machine/],
      [{ url: 7 }, /url must be a text/],
      [{ activity: "install" }, /activity is not known/],
      [{ activityKind: "install", appToken: "nothing" }, /no app nothing; known are hk1ios2game3/],
      [{ activityKind: "event", event: "nothing" }, /no event nothing; its events: purchase, registration/],
      [{ activityKind: "install", environment: "Xcode" }, /environment must be one of production, sandbox/],
      [{ url: null, activityKind: "install" }, /was told no callback URL/],
    ] as const) {
      const { status, json } = await parts.control(body);
      assert.equal(status, 400);
      assert.match(json.error, reason);
    }
    assert.deepEqual(parts.receiver.received, []);
  });
});
