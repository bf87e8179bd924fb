import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Relay, startRelay } from "../support/relay.ts";

let relay: Relay;
before(async () => {
  relay = await startRelay();
});
after(() => relay.close());

const json = { "content-type": "application/json" };
const send = (body: string | Uint8Array, headers: Readonly<Record<string, string>> = json) =>
  relay.call("SendAppStoreConnectRequest", { body, headers });

describe("A name that a body holds twice", () => {
  const bodies: readonly (readonly [what: string, body: string, field: string])[] = [
    ["is refused", '{"method":"GET","path":"v1/apps","method":"DELETE"}', "method"],
    ["is refused in another spelling", '{"method":"GET","path":"v1/apps","\\u006dethod":"DELETE"}', "method"],
    ["is refused at any depth", '{"method":"GET","path":"v1/apps","query":{"a":1, "a" : 2}}', "a"],
  ];
  for (const [what, body, field] of bodies) {
    it(what, async () => {
      const before = relay.simulator.requests.length;
      const { status, error } = await send(body);
      assert.equal(status, 400);
      assert.deepEqual(error?.details, [{ field, message: "is given more than once." }]);
      assert.equal(relay.simulator.requests.length, before);
    });
  }

  it("is none where two objects have it, or where it is a value", async () => {
    const body = '{"method":"POST","path":"v1/x","body":{"a":[{"n":"n"},{"n":"n"},"n","n"],"n":{"n":1}}}';
    const { error } = await send(body);
    assert.equal(error?.source, "app-store-connect");
  });
});

describe("A compressed body", () => {
  const gzip = { ...json, "content-encoding": "gzip" };

  it("is 415 for an operation and for a raw relay, and goes nowhere", async () => {
    const before = relay.simulator.requests.length;
    const typed = await send('{"method":"GET","path":"v1/apps"}', gzip);
    assert.deepEqual([typed.status, typed.error?.code], [415, "unsupported_media_type"]);
    const raw = await relay.call("RelayWriteAppStoreConnect", {
      method: "PATCH",
      params: { path: "v1/apps/1480000001" },
      body: "{}",
      headers: gzip,
    });
    assert.deepEqual([raw.status, raw.error?.code], [415, "unsupported_media_type"]);
    assert.equal(relay.simulator.requests.length, before);
  });
});
