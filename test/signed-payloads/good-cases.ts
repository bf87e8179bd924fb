import { appleMarks, certify } from "../../local/simulator/signing/authority.ts";
import {
  appleId,
  appTransaction,
  bundleId,
  jws,
  notification,
  renewalInfo,
  transaction,
} from "./payloads.ts";
import { type Signing, signedBy } from "./signing.ts";

const day = 86_400_000;

/** A notification that speaks of its app elsewhere than in `data`. */
const about = (member: string, fields: Record<string, unknown>) =>
  notification({}, { data: undefined, [member]: { bundleId, appAppleId: Number(appleId), ...fields } });

/** What is to be believed, by what it is. */
export const goodCases = ({
  authority,
  key,
  chain,
  signed,
}: Signing): Readonly<Record<string, () => string | Promise<string>>> => ({
  "a transaction": () => signed(transaction()),
  "a transaction of the sandbox": () => signed(transaction({ environment: "Sandbox" })),
  "a transaction with members that nobody knows": () => signed(transaction({ futureMember: { price: 1 } })),
  "a transaction with values that nobody knows": () =>
    signed(
      transaction({ offerType: 99, type: "Future", revocationReason: 99, inAppOwnershipType: "FUTURE" }),
    ),
  "a transaction without a date of its signature": () => signed(transaction({ signedDate: undefined })),
  "a transaction of before the leaf expired": async () => {
    const leaf = await certify(
      { name: "Leaf", marks: [appleMarks.leaf], until: Date.now() - day },
      authority.intermediate,
    );
    const payload = transaction({ signedDate: Date.now() - 2 * day });
    return signedBy(leaf, [authority.intermediate, authority.root], payload);
  },
  "a transaction of half a minute before the leaf begins": async () => {
    const from = Math.floor(Date.now() / 1_000) * 1_000;
    const leaf = await certify({ name: "Leaf", marks: [appleMarks.leaf], from }, authority.intermediate);
    const payload = transaction({ signedDate: from - 30_000 });
    return signedBy(leaf, [authority.intermediate, authority.root], payload);
  },
  "a header that names its key": () => signed(transaction(), { kid: "K1", typ: "JWT" }),
  // RFC 7515, 4: the last one counts, where a name that stands twice is taken at all.
  "a header that says alg twice, at last rightly": () =>
    jws(`{"alg":"none","alg":"ES256","x5c":${JSON.stringify(chain())}}`, transaction(), key),
  "a transaction that says its bundle ID twice, at last rightly": () =>
    signed(JSON.stringify(transaction()).replace("{", '{"bundleId":"com.example.other",')),
  "renewal info, which names no app": () => signed(renewalInfo()),
  "renewal info of the sandbox": () => signed(renewalInfo({ environment: "Sandbox" })),
  "an app transaction": () => signed(appTransaction()),
  "an app transaction of the sandbox, without its Apple ID": () =>
    signed(appTransaction({ receiptType: "Sandbox", appAppleId: 0 })),
  "a notification": () => signed(notification()),
  "a notification of the sandbox, with another Apple ID": () =>
    signed(notification({ environment: "Sandbox", appAppleId: 1 })),
  "a notification with what is signed inside": () =>
    signed(
      notification({
        signedTransactionInfo: signed(transaction()),
        signedRenewalInfo: signed(renewalInfo()),
        status: 1,
      }),
    ),
  "a notification of a type that nobody knows": () =>
    signed(notification({}, { notificationType: "FUTURE" })),
  "a notification with a summary": () =>
    signed(about("summary", { environment: "Production", requestIdentifier: "x" })),
  "a notification about the app": () => signed(about("appData", { environment: "Production" })),
  "a notification of an external purchase token": () =>
    signed(about("externalPurchaseToken", { externalPurchaseId: "x" })),
  "a notification of an external purchase token of the sandbox": () =>
    signed(about("externalPurchaseToken", { externalPurchaseId: "SANDBOX_1" })),
});
