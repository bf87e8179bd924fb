import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startResponder } from "../../local/simulator/signing/responder.ts";
import { transaction } from "../signed-payloads/payloads.ts";
import { signedBy } from "../signed-payloads/signing.ts";
import { settingsOf, startFunctionApp } from "../support/function-app.ts";
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

  it("has Apple asked about revocation where the settings say so, in the app as it is deployed", async () => {
    await using responder = await startResponder();
    const { leaf, intermediate, root, fingerprint } = responder.authority;
    const payload = await signedBy(leaf, [intermediate, root], transaction());
    const decode = async () => {
      await using app = await startFunctionApp({
        ...settingsOf(relay),
        APPLE_ROOT_FINGERPRINTS: fingerprint,
        APPLE_OCSP: "closed",
        APPLE_OCSP_URL: responder.origin,
      });
      const answer = await app.fetch("/app-store-server/signed-payloads/decode", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ signedPayload: payload }),
      });
      const { kind, error } = Object(await answer.json());
      return [answer.status, kind ?? error.code];
    };
    assert.deepEqual(await decode(), [200, "transaction"]);
    responder.say({ status: "revoked" });
    assert.deepEqual(await decode(), [422, "invalid_signature"]);
    responder.behave((_request, response) => void response.destroy());
    assert.deepEqual(await decode(), [502, "upstream_unavailable"]);
  });
});
