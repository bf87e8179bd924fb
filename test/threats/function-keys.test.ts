import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import type { HttpFunction } from "../../local/host/host.ts";
import { notificationOf, signatureOf, webhookBody } from "../inbound/support.ts";
import { startTestAzurite } from "../support/azurite.ts";
import { canary } from "../support/canary.ts";
import { findExample, toFacts } from "../support/catalogue.ts";
import { type FunctionApp, settingsOf, startFunctionApp } from "../support/function-app.ts";
import { type Relay, startRelay, toRequest } from "../support/relay.ts";

/**
 * Functions that answer without a key, and no others. Whoever adds one says here why: results of long work, the end of
 * a subscription and inbound events carry a token or a signature of their own.
 */
const withoutKey: readonly string[] = [
  // Flow engines poll where Location says, perhaps without the key: an HMAC over ticket, credential and expiry.
  "GetAdjustJobResult",
  // The same for extensions of all subscribers.
  "GetMassExtensionResult",
  // The same for test notifications.
  "GetTestNotificationResult",
  // The same for our own jobs: a random token of 256 bits, of which the SHA-256 is stored.
  "GetJobResult",
  // Where a flow's subscription ends, which flow engines may call without the key: a token of the same kind.
  "DeleteEventSubscription",
  // What services send in. Apple's signature: a chain of certificates that leads to Apple's root.
  "ReceiveAppStoreNotification",
  // An HMAC over the body, with a secret of the webhook.
  "ReceiveAppStoreConnectEvent",
  // A secret token in the address.
  "ReceiveAdjustCallback",
];

/** Functions that are no operations, since makers do not call them. */
const inbound = ["ReceiveAppStoreNotification", "ReceiveAppStoreConnectEvent", "ReceiveAdjustCallback"];

/** A function to switch off, and its neighbour at the same route. */
const switchedOff = ["RelayWriteAppStoreConnect", "ListApps"];

describe("function keys", () => {
  let relay: Relay;
  let app: FunctionApp;
  /** Address and method of a call that works, by operation. */
  const calls = new Map<string, { target: string; init: RequestInit }>();

  let azurite: Awaited<ReturnType<typeof startTestAzurite>>;
  before(async () => {
    azurite = await startTestAzurite();
    relay = await startRelay();
    await addInboundCalls();
    app = await startFunctionApp({ ...settingsOf(relay), ...withoutWorkers() });
    for (const operation of catalogue) {
      const values = await findExample(operation, (facts) => relay.call(operation.id, facts));
      const request = toRequest(operation, toFacts(operation, values));
      const { pathname, search } = new URL(request.url);
      const body = request.method === "GET" ? undefined : await request.text();
      const headers = { "content-type": "application/json" };
      calls.set(operation.id, {
        target: pathname.replace(/^\/api/, "") + search,
        init: { method: request.method, headers, ...(body ? { body } : {}) },
      });
    }
  });
  /** What jobs call while others are tried would be taken for theirs, and events would go to flows that are none. */
  const withoutWorkers = () => ({
    AzureWebJobsStorage: azurite.connectionString,
    "AzureWebJobs.RunJobItem.Disabled": "true",
    "AzureWebJobs.RunEventDelivery.Disabled": "true",
  });
  /** What services send, signed as they do. */
  async function addInboundCalls() {
    const secret = canary("the secret of a webhook");
    const tags = { kind: "app-store-connect-webhook" };
    await relay.writeSecret("by-hand", { value: secret, tags, enabled: true, expiresOn: null });
    const headers = { "content-type": "application/json" };
    const body = webhookBody();
    calls.set("ReceiveAppStoreConnectEvent", {
      target: "/events/app-store-connect",
      init: { method: "POST", headers: { ...headers, ...signatureOf(secret, body) }, body },
    });
    const notification = JSON.stringify(await notificationOf(relay));
    calls.set("ReceiveAppStoreNotification", {
      target: "/events/app-store-server",
      init: { method: "POST", headers, body: notification },
    });
    const token = relay.demo.vault["demo-adjust-callback"]?.value;
    calls.set("ReceiveAdjustCallback", { target: `/events/adjust?token=${token}`, init: { method: "GET" } });
  }
  after(async () => {
    await Promise.all([app?.close(), relay?.close()]);
    await azurite?.[Symbol.asyncDispose]();
  });

  const httpFunctions = () =>
    app.host.functions.filter((entry): entry is HttpFunction => entry.trigger === "http");
  const withoutAnyKey = (target: string, init: RequestInit = {}) =>
    fetch(`${app.url}${target}`, { redirect: "manual", ...init });

  it("guard every function but those on the list, each with a level of its own saying", () => {
    assert.deepEqual(
      httpFunctions()
        .map(({ name }) => name)
        .sort(),
      [...catalogue.map(({ id }) => id), ...inbound].sort(),
      "a function that no operation declares, or none for an operation",
    );
    const open = httpFunctions().filter(({ authLevel }) => authLevel !== "function");
    assert.deepEqual(open.map(({ name }) => name).sort(), [...withoutKey].sort());
  });

  it("are asked for by every function, whatever stands in their place", async () => {
    const open: string[] = [];
    for (const { name } of httpFunctions()) {
      const { target, init } = calls.get(name) ?? assert.fail(`There is no call of ${name}.`);
      relay.simulator.requests.length = 0;
      const wrong = canary("wrong-key");
      const headers = Object.fromEntries(new Headers(init.headers));
      const mark = target.includes("?") ? "&" : "?";
      const refused = [
        await withoutAnyKey(target, init),
        await withoutAnyKey(target, { ...init, headers: { ...headers, "x-functions-key": "" } }),
        await withoutAnyKey(target, { ...init, headers: { ...headers, "x-functions-key": wrong } }),
        await withoutAnyKey(target, { ...init, headers: { ...headers, "x-functions-key": `${app.key}x` } }),
        await withoutAnyKey(target, {
          ...init,
          headers: { ...headers, "x-functions-key": app.key.slice(0, -1) },
        }),
        await withoutAnyKey(target, { ...init, headers: { ...headers, authorization: `Bearer ${app.key}` } }),
        await withoutAnyKey(target, { ...init, headers: { ...headers, "x-ms-client-principal": "e30=" } }),
        await withoutAnyKey(`${target}${mark}code=${wrong}`, init),
        await withoutAnyKey(`${target}${mark}clientId=${app.key}`, init),
      ];
      for (const answer of refused) {
        const text = await answer.text();
        if (answer.status !== 401) open.push(name);
        if (!withoutKey.includes(name)) {
          assert.equal(text, "", `${name} says something to a caller without a key`);
        }
      }
      assert.equal(relay.simulator.requests.length, 0, `${name} called an upstream without a key`);

      const answer = await app.fetch(target, init);
      assert.ok(
        answer.status !== 401 && answer.status < 500,
        `${name} answers ${answer.status} with the key`,
      );
      await answer.arrayBuffer();
    }
    assert.deepEqual([...new Set(open)].sort(), [...withoutKey].sort());
  });

  it("are never passed on, neither by header nor by query", async () => {
    for (const [name, { target, init }] of calls) {
      relay.simulator.requests.length = 0;
      const mark = target.includes("?") ? "&" : "?";
      const answer = await withoutAnyKey(`${target}${mark}code=${app.key}&clientId=default`, init);
      assert.ok(answer.status < 500 && answer.status !== 401, name);
      assert.ok(!(await answer.text()).includes(app.key), name);
      for (const { url, rawHeaders } of relay.simulator.requests) {
        assert.ok(!JSON.stringify([url, rawHeaders]).includes(app.key), `${name} passed the key on`);
        assert.ok(!/[?&](code|clientId)=/i.test(url), `${name} passed ${url} on`);
      }
    }
  });

  it("do not open a function that was switched off, and leave the others on", async () => {
    const settings = switchedOff.map((name) => [`AzureWebJobs.${name}.Disabled`, "true"]);
    await using part = await startFunctionApp({
      ...settingsOf(relay),
      ...withoutWorkers(),
      ...Object.fromEntries(settings),
    });
    for (const [name, { target, init }] of calls) {
      const answer = await part.fetch(target, init);
      await answer.arrayBuffer();
      const expected = switchedOff.includes(name);
      assert.equal(answer.status === 404 && answer.headers.get("x-correlation-id") === null, expected, name);
    }
    const disabled = part.host.functions.filter((entry) => entry.disabled).map(({ name }) => name);
    assert.deepEqual(disabled.sort(), [...switchedOff, "RunJobItem", "RunEventDelivery"].sort());
  });
});
