import assert from "node:assert/strict";
import type { KeyObject } from "node:crypto";
import { before, describe, it } from "node:test";
import { notificationEvent } from "../../functions/app-store-server/notification-event.ts";
import { createSignedPayloads, type SignedPayloads } from "../../functions/signed-payloads/index.ts";
import { type Authority, makeAuthority, privateKeyOf } from "../../local/simulator/signing/authority.ts";
import {
  appleId,
  apps,
  appTransaction,
  bundleId,
  jws,
  notification,
  renewalInfo,
  transaction,
} from "../signed-payloads/payloads.ts";

let authority: Authority;
let key: KeyObject;
let payloads: SignedPayloads;
const at = Date.now() - 5_000;

const signed = (payload: unknown) =>
  jws(
    { alg: "ES256", x5c: [authority.leaf, authority.intermediate, authority.root].map((one) => one.base64) },
    payload,
    key,
  );
const eventOf = async (payload: unknown) =>
  notificationEvent(await payloads.decode(signed(payload), { apps, kinds: ["notification"] }), at);
const about = { bundleId, appAppleId: Number(appleId), environment: "Production" };

before(async () => {
  authority = await makeAuthority();
  key = await privateKeyOf(authority.leaf);
  payloads = createSignedPayloads({
    fingerprints: new Set([authority.fingerprint]),
    runtime: { now: Date.now },
  });
});

describe("A notification as an event", () => {
  it("has the facts of the notification, and what is signed inside decoded", async () => {
    const { event, traits } = await eventOf(
      notification(
        { signedTransactionInfo: signed(transaction()), signedRenewalInfo: signed(renewalInfo()), status: 5 },
        { signedDate: at, subtype: "" },
      ),
    );
    const { data, ...facts } = event;
    assert.deepEqual(facts, {
      id: "5f0b6ec1-58f3-4d1c-9d0c-8b3f6d6f2a10",
      source: "app-store-server",
      type: "REFUND",
      subtype: null,
      environment: "production",
      bundleId,
      occurredAt: new Date(at).toISOString(),
    });
    assert.deepEqual(Object.keys(data).sort(), [
      "appAppleId",
      "bundleId",
      "environment",
      "hasAccess",
      "renewalInfo",
      "status",
      "statusText",
      "transaction",
    ]);
    assert.equal(Object(data.transaction).price, "9.990");
    assert.deepEqual(traits.productIds, [`${bundleId}.gems.1`, `${bundleId}.plus`]);
  });

  it("keeps what stands in the place of data under its name", async () => {
    const summary = { ...about, requestIdentifier: "x", productId: `${bundleId}.plus`, succeededCount: 3 };
    const { event, traits } = await eventOf(
      notification(
        {},
        { notificationType: "RENEWAL_EXTENSION", subtype: "SUMMARY", data: undefined, summary },
      ),
    );
    assert.deepEqual([event.type, event.subtype], ["RENEWAL_EXTENSION", "SUMMARY"]);
    assert.deepEqual(event.data, { summary });
    assert.deepEqual(traits.productIds, [`${bundleId}.plus`]);
  });

  it("tells the environment of an external purchase token, which has none", async () => {
    const externalPurchaseToken = {
      externalPurchaseId: "SANDBOX_1",
      tokenCreationDate: at,
      ...about,
      environment: undefined,
    };
    const { event } = await eventOf(
      notification(
        {},
        { notificationType: "EXTERNAL_PURCHASE_TOKEN", data: undefined, externalPurchaseToken },
      ),
    );
    assert.equal(event.environment, "sandbox");
    assert.equal(Object(event.data.externalPurchaseToken).tokenCreationDate, new Date(at).toISOString());
  });

  it("decodes the app transaction of a consent that was taken back", async () => {
    const appData = { ...about, signedAppTransactionInfo: signed(appTransaction()) };
    const { event } = await eventOf(
      notification({}, { notificationType: "RESCIND_CONSENT", data: undefined, appData }),
    );
    const held = Object(event.data.appData);
    assert.equal(held.appTransaction.applicationVersion, "12");
    assert.equal("signedAppTransactionInfo" in held, false);
  });

  it("is an event too where its type is not known, something is added, and its time is missing", async () => {
    const { event } = await eventOf(
      notification({}, { notificationType: "FUTURE", signedDate: undefined, addition: { price: 1_000 } }),
    );
    assert.equal(event.type, "FUTURE");
    assert.equal(event.occurredAt, new Date(at).toISOString());
    assert.deepEqual(event.data.addition, { price: "1.000" });
  });
});
