import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Relay, startRelay } from "../support/relay.ts";
import { signedBySimulator } from "../support/signed.ts";

let relay: Relay;
let signedPayload: string;
before(async () => {
  relay = await startRelay();
  signedPayload = await signedBySimulator(relay);
});
after(() => relay.close());

describe("DecodeSignedPayload", () => {
  it("answers what the service signed", async () => {
    const { status, json } = await relay.call("DecodeSignedPayload", { input: { signedPayload } });
    const { kind, payload } = Object(json);
    assert.deepEqual([status, kind, payload.bundleId], [200, "transaction", "com.example.stillwater"]);
    assert.match(payload.purchaseDate, /^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it("refuses what was changed, without quoting it", async () => {
    const [header, payload = "", signature] = signedPayload.split(".");
    const fields = JSON.parse(Buffer.from(payload, "base64url").toString());
    const changed = Buffer.from(JSON.stringify({ ...fields, quantity: 77 })).toString("base64url");
    const { status, error, json } = await relay.call("DecodeSignedPayload", {
      input: { signedPayload: [header, changed, signature].join(".") },
    });
    assert.deepEqual([status, error?.code], [422, "invalid_signature"]);
    assert.ok(!JSON.stringify(json).includes(changed));
  });
});
