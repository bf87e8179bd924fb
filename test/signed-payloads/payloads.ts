import { type KeyObject, sign } from "node:crypto";

export type Fields = Record<string, unknown>;

export const appleId = "1480000001";
export const bundleId = "com.example.harborkings";
export const apps = [{ bundleId, appAppleId: appleId }];

const encode = (value: unknown) =>
  (Buffer.isBuffer(value)
    ? value
    : Buffer.from(typeof value === "string" ? value : JSON.stringify(value))
  ).toString("base64url");

/** A compact JWS over any header and payload; texts and bytes stand for themselves. */
export function jws(header: Fields | string, payload: unknown, key: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

export const transaction = (more: Fields = {}): Fields => ({
  transactionId: "300000000000001",
  originalTransactionId: "300000000000001",
  bundleId,
  productId: `${bundleId}.gems.1`,
  purchaseDate: Date.now() - 1_000,
  signedDate: Date.now(),
  environment: "Production",
  price: 9_990,
  currency: "USD",
  ...more,
});

export const renewalInfo = (more: Fields = {}): Fields => ({
  originalTransactionId: "300000000000001",
  autoRenewProductId: `${bundleId}.plus`,
  autoRenewStatus: 1,
  renewalPrice: 39_990,
  renewalDate: Date.now() + 86_400_000,
  signedDate: Date.now(),
  environment: "Production",
  ...more,
});

export const appTransaction = (more: Fields = {}): Fields => ({
  receiptType: "Production",
  appAppleId: Number(appleId),
  bundleId,
  applicationVersion: "12",
  receiptCreationDate: Date.now(),
  appTransactionId: "704000000000000002",
  originalPurchaseDate: Date.now() - 86_400_000,
  ...more,
});

export const notification = (data: Fields = {}, more: Fields = {}): Fields => ({
  notificationType: "REFUND",
  notificationUUID: "5f0b6ec1-58f3-4d1c-9d0c-8b3f6d6f2a10",
  version: "2.0",
  signedDate: Date.now(),
  data: { appAppleId: Number(appleId), bundleId, environment: "Production", ...data },
  ...more,
});
