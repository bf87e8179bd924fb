import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { forgeries } from "../../local/simulator/notifications/forge.ts";
import { type Answered, notificationOf, openInbound, signatureOf, webhookBody } from "../inbound/support.ts";
import { canary } from "../support/canary.ts";
import { type Relay, startRelay } from "../support/relay.ts";

/** Threat T12: what is forged is refused, whatever is wrong with it, and leaves nothing behind but a line of the log. */
describe("forged events", () => {
  let relay: Relay;
  before(async () => {
    relay = await startRelay();
  });
  after(() => relay.close());

  /** The one answer of all of them. */
  let first: string | undefined;
  function refused({ status, text, error, line }: Answered, label: string, says: RegExp): void {
    assert.equal(status, 401, `${label}: ${text}`);
    const same = text.replaceAll(error?.correlationId ?? "", "");
    first ??= same;
    assert.equal(same, first, label);
    assert.equal(line.code, "invalid_signature");
    assert.match(String(line.fault), says, label);
    assert.deepEqual(
      Object.keys(line).sort(),
      ["code", "correlationId", "fault", "ms", "operation", "status"],
      "The log says more than that.",
    );
  }
  const nothingStored = async () =>
    assert.deepEqual((await relay.services.events.list({ limit: 10, where: {} })).value, []);

  const reasons: Record<(typeof forgeries)[number], RegExp> = {
    "foreign-chain": /root certificate is not the one/,
    "other-bundle": /no app that a credential here serves/,
    "other-app-id": /Apple ID is not that of the app/,
    xcode: /neither Production nor Sandbox/,
    "alg-none": /ES256/,
    hs256: /base64url|64 bytes|ES256/,
    tampered: /signature does not fit/,
    transaction: /kind transaction/,
  };

  for (const forged of forgeries) {
    it(`of the App Store are not believed: ${forged}`, async () => {
      const inbound = openInbound(relay, "app-store-server");
      refused(await inbound.send({ body: await notificationOf(relay, { forged }) }), forged, reasons[forged]);
      await nothingStored();
    });
  }

  it("of the App Store are not believed: changed, cut, or none at all", async () => {
    const inbound = openInbound(relay, "app-store-server");
    const { signedPayload } = await notificationOf(relay);
    const [head, payload = "", signature = ""] = signedPayload.split(".");
    for (const [label, text, says] of [
      ["its signature changed", `${head}.${payload}.${signature.slice(0, -4)}AAAA`, /signature|base64url/],
      ["no signature", `${head}.${payload}.`, /three parts/],
      ["no header", `.${payload}.${signature}`, /three parts/],
      ["nothing", "", /three parts/],
      ["padded", `${signedPayload}=`, /base64url/],
    ] as const) {
      refused(await inbound.send({ body: { signedPayload: text } }), label, says);
    }
    await nothingStored();
  });

  it("of App Store Connect are not believed: missing, wrong, of another secret, written anew", async () => {
    const secret = canary("the secret of a webhook");
    await relay.writeSecret("by-hand", {
      value: secret,
      tags: { kind: "app-store-connect-webhook" },
      enabled: true,
      expiresOn: null,
    });
    const inbound = openInbound(relay, "app-store-connect");
    const body = webhookBody();
    const right = signatureOf(secret, body)["x-apple-signature"] ?? "";
    const hex = right.slice("hmacsha256=".length);
    const form = /missing or malformed/;
    const none = /fits none/;
    for (const [label, header, says] of [
      ["missing", undefined, form],
      ["empty", "", form],
      ["without its name", hex, form],
      ["of another name", `sha256=${hex}`, form],
      ["cut", right.slice(0, -1), form],
      ["longer", `${right}0`, form],
      ["twice", `${right}, ${right}`, form],
      ["of zeros", `hmacsha256=${"0".repeat(64)}`, none],
      ["of another secret", signatureOf("another", body)["x-apple-signature"], none],
      ["of another body", signatureOf(secret, `${body} `)["x-apple-signature"], none],
    ] as const) {
      const headers = header === undefined ? {} : { "x-apple-signature": header };
      refused(await inbound.send({ body, headers }), label, says);
    }
    // The same JSON in other bytes.
    const written = JSON.stringify(JSON.parse(body), undefined, 1);
    refused(
      await inbound.send({ body: written, headers: { "x-apple-signature": right } }),
      "written anew",
      none,
    );
    const marked = { query: "app=1480000002&generation=1", body, headers: { "x-apple-signature": right } };
    refused(
      await inbound.send(marked),
      "a secret made by hand at an address of ours",
      /no secret of the app/,
    );
    await nothingStored();
  });

  it("of Adjust are not believed without the token", async () => {
    const inbound = openInbound(relay, "adjust");
    for (const [label, query, says] of [
      ["missing", "activity_kind=install", /token is missing/],
      ["empty", "token=&activity_kind=install", /token is missing/],
      ["wrong", `token=${"f".repeat(64)}&activity_kind=install`, /none of those/],
    ] as const) {
      refused(await inbound.send({ method: "GET", query }), label, says);
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      refused(await inbound.send({ query, body: "activity_kind=install", headers }), label, says);
    }
    await nothingStored();
  });
});
