import { sign } from "node:crypto";
import { Environment, SignedDataVerifier } from "@apple/app-store-server-library";
import { createSignedPayloads } from "../../../functions/signed-payloads/index.ts";
import { makeAuthority, privateKeyOf } from "../../simulator/signing/authority.ts";

/** Verifications a second, one number a round. */
export interface SignedRates {
  relay: number[];
  library: number[];
}

/** What is verified: a transaction, or a notification with a transaction and renewal info inside, three signatures. */
export type SignedSubject = "transaction" | "notification";

/** Long against the collector's pauses. */
const turnMs = 500;
const rounds = 15;
const warmUpMs = 2_000;

/** So many that no payload is still at hand for its own sake, few enough to be made quickly. */
const payloadCount = 500;

const bundleId = "com.example.harborkings";
const appAppleId = 1_480_000_001;

/**
 * Has this relay and Apple's own library (without its online checks) verify the same payloads in turn, with nothing sent
 * anywhere. The library is asked as its documentation shows; it leaves what is signed inside a notification to its caller.
 *
 * @throws Error where one of them refuses a payload.
 */
export async function measureSigned(): Promise<Record<SignedSubject, SignedRates>> {
  const authority = await makeAuthority();
  const key = await privateKeyOf(authority.leaf);
  const x5c = [authority.leaf, authority.intermediate, authority.root].map(({ base64 }) => base64);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const header = encode({ alg: "ES256", x5c });
  const signed = (payload: unknown) => {
    const input = `${header}.${encode(payload)}`;
    const signature = sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
    return `${input}.${signature.toString("base64url")}`;
  };
  const now = Date.now();
  const made = Array.from({ length: payloadCount }, (_, index) => {
    const transaction = signed(transactionOf(index, now));
    const renewal = signed(renewalOf(index, now));
    return { transaction, notification: signed(notificationOf(index, now, transaction, renewal)) };
  });

  const payloads = createSignedPayloads({
    fingerprints: new Set([authority.fingerprint]),
    runtime: { now: Date.now },
  });
  const apps = [{ bundleId, appAppleId: String(appAppleId) }];
  const roots = [Buffer.from(authority.root.base64, "base64")];
  const verifier = new SignedDataVerifier(roots, false, Environment.PRODUCTION, bundleId, appAppleId);
  const library = {
    transaction: (text: string) => verifier.verifyAndDecodeTransaction(text),
    async notification(text: string) {
      const { data } = await verifier.verifyAndDecodeNotification(text);
      await verifier.verifyAndDecodeTransaction(data?.signedTransactionInfo ?? "");
      await verifier.verifyAndDecodeRenewalInfo(data?.signedRenewalInfo ?? "");
    },
  };

  const measure = async (subject: SignedSubject): Promise<SignedRates> => {
    const texts = made.map((each) => each[subject]);
    const sides = {
      relay: async (text: string) => payloads.decode(text, { apps, kinds: [subject] }),
      library: library[subject],
    };
    for (const side of Object.values(sides)) await rateOf(side, texts, warmUpMs);
    const rates: SignedRates = { relay: [], library: [] };
    for (let round = 0; round < rounds; round += 1) {
      const order = ["relay", "library"] as const;
      for (const name of round % 2 === 0 ? order : order.toReversed()) {
        rates[name].push(await rateOf(sides[name], texts, turnMs));
      }
    }
    return rates;
  };
  return { transaction: await measure("transaction"), notification: await measure("notification") };
}

async function rateOf(verify: (text: string) => Promise<unknown>, texts: readonly string[], ms: number) {
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < ms) {
    await verify(texts[count % texts.length] ?? "");
    count += 1;
  }
  return (count / (performance.now() - began)) * 1_000;
}

/** Members as a renewed subscription of Apple's has them. */
function transactionOf(index: number, now: number) {
  return {
    transactionId: String(300_000_000_000_000 + index),
    originalTransactionId: "300000000000001",
    webOrderLineItemId: String(100_000_000_000_000 + index),
    bundleId,
    productId: `${bundleId}.plus.monthly`,
    subscriptionGroupIdentifier: "21000001",
    purchaseDate: now - 1_000,
    originalPurchaseDate: now - 86_400_000,
    expiresDate: now + 2_592_000_000,
    quantity: 1,
    type: "Auto-Renewable Subscription",
    appAccountToken: "7e3fb20b-4cdb-47cc-936d-99d65f608138",
    inAppOwnershipType: "PURCHASED",
    signedDate: now,
    environment: "Production",
    transactionReason: "RENEWAL",
    storefront: "USA",
    storefrontId: "143441",
    price: 9_990,
    currency: "USD",
  };
}

function renewalOf(index: number, now: number) {
  return {
    originalTransactionId: "300000000000001",
    autoRenewProductId: `${bundleId}.plus.monthly`,
    productId: `${bundleId}.plus.monthly`,
    autoRenewStatus: 1,
    renewalPrice: 9_990 + index,
    currency: "USD",
    signedDate: now,
    environment: "Production",
    recentSubscriptionStartDate: now - 86_400_000,
    renewalDate: now + 2_592_000_000,
  };
}

function notificationOf(index: number, now: number, transaction: string, renewal: string) {
  return {
    notificationType: "DID_RENEW",
    notificationUUID: `5f0b6ec1-58f3-4d1c-9d0c-${String(index).padStart(12, "0")}`,
    data: {
      appAppleId,
      bundleId,
      bundleVersion: "12",
      environment: "Production",
      signedTransactionInfo: transaction,
      signedRenewalInfo: renewal,
      status: 1,
    },
    version: "2.0",
    signedDate: now,
  };
}
