import { generateKeyPairSync, randomUUID } from "node:crypto";
import { type DemoKeys, makeDemoKeys, type VaultDocument } from "../../local/simulator/index.ts";
import { canary } from "./canary.ts";

/** Two customers of one relay: each has a team key, an in-app-purchase key and an Adjust token of its own. */
export interface Account {
  /** `a` or `b`; names of its credentials end in it. */
  letter: "a" | "b";
  teamKeyId: string;
  purchaseKeyId: string;
  issuerId: string;
  adjustToken: string;
  bundleId: string;
}

/** Keys of both, as the simulator accepts them and as the vault folder holds them. None is a default. */
export function makeAccounts(): { demo: DemoKeys; accounts: readonly [Account, Account] } {
  const demo = makeDemoKeys();
  const vault: Record<string, VaultDocument> = {};
  const appStoreConnect: DemoKeys["keys"]["appStoreConnect"][number][] = [];
  const inAppPurchase: DemoKeys["keys"]["inAppPurchase"][number][] = [];
  const adjust: { token: string }[] = [];

  function make(letter: "a" | "b", bundleId: string): Account {
    const issuerId = randomUUID();
    const upper = letter.toUpperCase();
    const account: Account = {
      letter,
      teamKeyId: `TEAM${upper}00001`,
      purchaseKeyId: `SHOP${upper}00001`,
      issuerId,
      adjustToken: canary(`adjust-${letter}`),
      bundleId,
    };
    const add = (name: string, value: string, tags: Record<string, string>) => {
      vault[`${name}-${letter}`] = { value, tags, enabled: true, expiresOn: null };
    };
    const team = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const purchase = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = (key: typeof team.privateKey) => key.export({ type: "pkcs8", format: "pem" }).toString();
    add("team", pem(team.privateKey), {
      kind: "app-store-connect-team",
      "key-id": account.teamKeyId,
      "issuer-id": issuerId,
    });
    add("shop", pem(purchase.privateKey), {
      kind: "in-app-purchase",
      "key-id": account.purchaseKeyId,
      "issuer-id": issuerId,
      "bundle-ids": bundleId,
    });
    add("adjust", account.adjustToken, { kind: "adjust" });
    appStoreConnect.push({ keyId: account.teamKeyId, issuerId, publicKey: team.publicKey });
    inAppPurchase.push({
      keyId: account.purchaseKeyId,
      issuerId,
      publicKey: purchase.publicKey,
      bundleIds: [bundleId],
    });
    adjust.push({ token: account.adjustToken });
    return account;
  }

  const accounts = [make("a", "com.example.harborkings"), make("b", "com.example.stillwater")] as const;
  return {
    demo: { ...demo, vault, keys: { appStoreConnect, inAppPurchase, adjust, adjustS2s: [] } },
    accounts,
  };
}
