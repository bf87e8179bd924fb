import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

/** A key that App Store Connect knows. Without `issuerId` it is an individual key. */
export interface AppStoreConnectKey {
  keyId: string;
  issuerId?: string;
  /** P-256, as a KeyObject or as SPKI PEM. */
  publicKey: KeyObject | string;
  /** What its holder may do; default `APP_MANAGER`, which may not list users. */
  role?: "ADMIN" | "APP_MANAGER";
}

/** A key that the App Store Server API knows, and the apps that it may ask about. */
export interface InAppPurchaseKey {
  keyId: string;
  issuerId: string;
  publicKey: KeyObject | string;
  bundleIds: readonly string[];
}

/** The keys that the simulator accepts. */
export interface SimulatorKeys {
  appStoreConnect: readonly AppStoreConnectKey[];
  inAppPurchase: readonly InAppPurchaseKey[];
  adjust: readonly { token: string }[];
  /** Security tokens of Adjust's server-to-server services, each of one app or several. */
  adjustS2s: readonly { token: string; appTokens: readonly string[] }[];
}

/** A secret as a file of the vault folder holds it. */
export interface VaultDocument {
  value: string;
  tags: Record<string, string>;
  enabled: boolean;
  expiresOn: string | null;
}

/** Keys made at run time, from both sides: what the simulator accepts and what a vault folder holds. */
export interface DemoKeys {
  keys: SimulatorKeys;
  /** By secret name; the file is `<name>.json`. */
  vault: Record<string, VaultDocument>;
}

const teamIssuer = "5e1f7a90-2b1c-4c57-9a3e-0d6b1f2c8a01";
const purchaseIssuer = "5e1f7a90-2b1c-4c57-9a3e-0d6b1f2c8a02";

function keyPair(): { publicKey: KeyObject; pem: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { publicKey, pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

function document(value: string, tags: Record<string, string>): VaultDocument {
  return { value, tags, enabled: true, expiresOn: null };
}

/**
 * Makes a team key (the default), an individual key, an in-app-purchase key for the apps of the default world, an
 * Adjust token, a server-to-server token for one of Adjust's apps, a shared secret that verifies purchases, and what
 * inbound events are checked with. The private keys exist in the returned value only.
 */
export function makeDemoKeys(): DemoKeys {
  const team = keyPair();
  const individual = keyPair();
  const purchase = keyPair();
  const adjustToken = `demo-${randomBytes(16).toString("hex")}`;
  const s2sToken = `demo-s2s-${randomBytes(16).toString("hex")}`;
  const bundleIds = ["com.example.harborkings", "com.example.stillwater", "com.example.harborkings.stickers"];
  const appAppleIds = ["1480000001", "1480000002", "1480000003"];
  return {
    keys: {
      appStoreConnect: [
        { keyId: "DEMOTEAM01", issuerId: teamIssuer, publicKey: team.publicKey },
        { keyId: "DEMOSELF01", publicKey: individual.publicKey },
      ],
      inAppPurchase: [
        { keyId: "DEMOBUY001", issuerId: purchaseIssuer, publicKey: purchase.publicKey, bundleIds },
      ],
      adjust: [{ token: adjustToken }],
      adjustS2s: [{ token: s2sToken, appTokens: ["hk1ios2game3"] }],
    },
    vault: {
      "demo-team": document(team.pem, {
        kind: "app-store-connect-team",
        "key-id": "DEMOTEAM01",
        "issuer-id": teamIssuer,
        default: "true",
      }),
      "demo-individual": document(individual.pem, {
        kind: "app-store-connect-individual",
        "key-id": "DEMOSELF01",
      }),
      "demo-in-app-purchase": document(purchase.pem, {
        kind: "in-app-purchase",
        "key-id": "DEMOBUY001",
        "issuer-id": purchaseIssuer,
        "bundle-ids": bundleIds.join(","),
        "app-apple-ids": appAppleIds.join(","),
        default: "true",
      }),
      "demo-adjust": document(adjustToken, { kind: "adjust", default: "true" }),
      // As Apple makes them: 32 hexadecimal digits.
      "demo-shared-secret": document(randomBytes(16).toString("hex"), { kind: "app-store-shared-secret" }),
      "demo-adjust-s2s": document(s2sToken, { kind: "adjust-s2s" }),
      // What only checks events that come in: no service knows the first, and the second stands in callbacks' URLs.
      "demo-webhook-master": document(randomBytes(32).toString("hex"), {
        kind: "app-store-connect-webhook-master",
      }),
      "demo-adjust-callback": document(randomBytes(32).toString("hex"), { kind: "adjust-callback" }),
    },
  };
}
