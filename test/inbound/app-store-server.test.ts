import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startRelay } from "../support/relay.ts";
import { notificationOf, openInbound } from "./support.ts";

describe("A notification of the App Store", () => {
  it("is verified, stored once with what is signed inside it decoded, and answered", async () => {
    await using relay = await startRelay();
    const inbound = openInbound(relay, "app-store-server");
    const body = await notificationOf(relay);
    const { status, text, line } = await inbound.send({ body });
    assert.deepEqual([status, text], [200, '{"received":true}']);
    assert.equal(line.result, "stored");
    assert.equal((await inbound.send({ body })).line.result, "known");
    const [event, ...others] = await inbound.stored();
    assert.equal(others.length, 0);
    const { id, source, type, environment, bundleId, data } = event ?? assert.fail();
    assert.deepEqual(
      [source, type, environment, bundleId],
      ["app-store-server", "REFUND", "production", "com.example.stillwater"],
    );
    assert.match(id, /^[0-9a-f-]{36}$/);
    assert.equal(Object(data.transaction).bundleId, "com.example.stillwater");
    assert.ok(!JSON.stringify(event).includes("eyJ"), "A signed text is stored.");
  });

  it("may be of the sandbox, of a type that nobody knows, and of any form that Apple has", async () => {
    await using relay = await startRelay();
    const inbound = openInbound(relay, "app-store-server");
    for (const [environment, type] of [
      ["sandbox", "TEST"],
      ["production", "A_TYPE_OF_TOMORROW"],
      ["production", "RENEWAL_EXTENSION"],
      ["sandbox", "EXTERNAL_PURCHASE_TOKEN"],
      ["production", "RESCIND_CONSENT"],
    ] as const) {
      const subtype = type === "RENEWAL_EXTENSION" ? "SUMMARY" : null;
      const { status, line } = await inbound.send({
        body: await notificationOf(relay, { environment, type, subtype }),
      });
      assert.equal(status, 200, `${type}: ${line.fault}`);
    }
    assert.deepEqual(
      new Set((await inbound.stored()).map(({ type }) => type)),
      new Set([
        "TEST",
        "A_TYPE_OF_TOMORROW",
        "RENEWAL_EXTENSION",
        "EXTERNAL_PURCHASE_TOKEN",
        "RESCIND_CONSENT",
      ]),
    );
  });

  it("that is none is refused, and what it has to be is said", async () => {
    await using relay = await startRelay();
    const inbound = openInbound(relay, "app-store-server");
    const secret = "the-shared-secret-of-version-1";
    for (const body of [
      { notification_type: "REFUND", password: secret, unified_receipt: {} },
      {},
      { signedPayload: 1 },
      { signedPayload: null },
    ]) {
      const { status, error, text, line } = await inbound.send({ body });
      assert.equal(status, 400);
      assert.match(error?.message ?? "", /signedPayload: is required.* version 2/);
      assert.ok(!`${text}${JSON.stringify(line)}`.includes(secret));
    }
    for (const body of ["", "no JSON", "[]", "null", `{"signedPayload":"${"x".repeat(10)}"`]) {
      assert.equal((await inbound.send({ body })).status, 400, body);
    }
    const form = { "content-type": "application/x-www-form-urlencoded" };
    assert.equal((await inbound.send({ body: "signedPayload=x", headers: form })).status, 415);
    assert.deepEqual(await inbound.stored(), []);
  });

  it("waits for a credential where the vault has none", async () => {
    await using relay = await startRelay();
    const document = relay.demo.vault["demo-in-app-purchase"] ?? assert.fail();
    await relay.writeSecret("demo-in-app-purchase", { ...document, enabled: false });
    const { status, error } = await openInbound(relay, "app-store-server").send({
      body: await notificationOf(relay),
    });
    assert.deepEqual([status, error?.code], [503, "not_configured"]);
  });
});
