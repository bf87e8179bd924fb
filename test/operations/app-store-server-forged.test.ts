/** What the service answers as signed is believed only once it was proven, member by member. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import {
  createPayloadSigner,
  type PayloadSigner,
} from "../../local/simulator/app-store-server/payload-signer.ts";
import { makeAuthority } from "../../local/simulator/signing/authority.ts";
import { type Relay, startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";
const transactionId = "310000000000501";

type Kind = "transaction" | "renewalInfo" | "appTransaction";

/** Every member of an answer that Apple signs, with an operation that reads it. `list`: several stand in it. */
const members: readonly {
  operation: string;
  member: string;
  kind: Kind;
  where: string;
  input?: Record<string, unknown>;
  list?: true;
  writes?: true;
}[] = [
  {
    operation: "GetTransaction",
    member: "signedTransactionInfo",
    kind: "transaction",
    where: "signedTransactionInfo",
  },
  {
    operation: "GetSubscriptionStatuses",
    member: "signedTransactionInfo",
    kind: "transaction",
    where: "data[0].lastTransactions[0].signedTransactionInfo",
  },
  {
    operation: "GetSubscriptionStatuses",
    member: "signedRenewalInfo",
    kind: "renewalInfo",
    where: "data[0].lastTransactions[0].signedRenewalInfo",
  },
  {
    operation: "ListTransactions",
    member: "signedTransactions",
    kind: "transaction",
    where: "signedTransactions[1]",
    list: true,
  },
  {
    operation: "ListRefunds",
    member: "signedTransactions",
    kind: "transaction",
    where: "signedTransactions[1]",
    list: true,
  },
  {
    operation: "LookUpOrder",
    member: "signedTransactions",
    kind: "transaction",
    where: "signedTransactions[1]",
    input: { orderId: "MSW0000101", bundleId },
    list: true,
  },
  {
    operation: "GetAppTransaction",
    member: "signedAppTransactionInfo",
    kind: "appTransaction",
    where: "signedAppTransactionInfo",
  },
  {
    operation: "CancelAdvancedCommerceSubscription",
    member: "signedTransactionInfo",
    kind: "transaction",
    where: "signedTransactionInfo",
    writes: true,
  },
  {
    operation: "CancelAdvancedCommerceSubscription",
    member: "signedRenewalInfo",
    kind: "renewalInfo",
    where: "signedRenewalInfo",
    writes: true,
  },
];

/** Strings that stand in for the genuine one, by what is wrong with them. */
const forgeries: Readonly<Record<string, (genuine: Record<Kind, string>, kind: Kind) => Promise<unknown>>> = {
  "of a chain that is not Apple's": async (genuine, kind) => foreign(fieldsOf(genuine[kind])),
  "that was changed": async (genuine, kind) => changed(genuine[kind], { quantity: 77 }),
  "whose signature is another's": async (genuine, kind) => {
    const [header, payload] = genuine[kind].split(".");
    const other = genuine[kind === "transaction" ? "renewalInfo" : "transaction"].split(".")[2];
    return [header, payload, other].join(".");
  },
  "of another kind": async (genuine, kind) => genuine[kind === "transaction" ? "renewalInfo" : "transaction"],
  "of the sandbox": async (_genuine, kind) =>
    (await genuineOf("Sandbox", bundleId, "2000000000010501"))[kind],
  // Renewal information names no app: that of another purchase has to be refused.
  "of another app or purchase": async (_genuine, kind) =>
    kind === "renewalInfo"
      ? (await genuineOf("Production", bundleId, "310000000000201"))[kind]
      : (await genuineOf("Production", "com.example.harborkings", "300000000001001"))[kind],
  "that is no text": async () => 7,
  "that is null": async () => null,
};

let relay: Relay;
let foreign: PayloadSigner;
let genuine: Record<Kind, string>;

before(async () => {
  relay = await startRelay();
  foreign = await createPayloadSigner(await makeAuthority());
  genuine = await genuineOf("Production", bundleId, transactionId);
});
after(() => relay.close());

function fieldsOf(jws: string) {
  return JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString());
}

function changed(jws: string, more: object): string {
  const [header, , signature] = jws.split(".");
  const payload = Buffer.from(JSON.stringify({ ...fieldsOf(jws), ...more })).toString("base64url");
  return [header, payload, signature].join(".");
}

/** What the simulator signs of a customer; an empty text where it does not sign that kind. */
async function genuineOf(environment: string, bundleId: string, id: string): Promise<Record<Kind, string>> {
  const read = async (path: string, member: string) => {
    const input = { method: "GET", path, bundleId, environment };
    const { json } = await relay.call("SendAppStoreServerRequest", { input });
    return new RegExp(`"${member}":"([^"]+)"`).exec(JSON.stringify(json))?.[1] ?? "";
  };
  return {
    transaction: await read(`inApps/v1/transactions/${id}`, "signedTransactionInfo"),
    renewalInfo: await read(`inApps/v1/subscriptions/${id}`, "signedRenewalInfo"),
    appTransaction: await read(`inApps/v1/transactions/appTransactions/${id}`, "signedAppTransactionInfo"),
  };
}

describe("A signed member of an answer", () => {
  for (const { operation, member, kind, where, input, list, writes } of members) {
    const call = (forged?: unknown) => {
      relay.simulator.world.appStoreServer.production.writes.advancedCommerce.set(transactionId, {
        what: "",
        body: {},
      });
      if (forged !== undefined) {
        const value = list ? [genuine.transaction, forged] : forged;
        relay.simulator.faults.add({
          service: "appStoreServer",
          fault: { kind: "fields", replace: { [member]: value as string } },
        });
      }
      const usual = { transactionId, bundleId, ...(writes && { requestReferenceId: randomUUID() }) };
      return relay.call(operation, { input: input ?? usual });
    };

    it(`is answered where it is genuine: ${where} of ${operation}`, async () => {
      const { status, error } = await call();
      assert.equal(status, 200, JSON.stringify(error));
    });

    for (const [what, make] of Object.entries(forgeries)) {
      it(`${what} is refused, and nothing of it answered: ${where} of ${operation}`, async () => {
        const forged = await make(genuine, kind);
        const { status, error, text } = await call(forged);
        assert.deepEqual(
          [status, error?.code, error?.source, error?.outcome],
          writes
            ? [409, "outcome_unknown", "app-store-server", "unknown"]
            : [502, "bad_upstream_response", "app-store-server", "none"],
        );
        assert.equal(error?.retryable, false);
        assert.deepEqual(
          error?.details?.map(({ field }) => field),
          [where],
        );
        assert.ok(error?.message.includes(where));
        if (typeof forged === "string") {
          for (const part of forged.split(".")) assert.ok(part.length > 20 && !text.includes(part));
        }
        assert.ok(!text.includes("com.example.harborkings"));
      });
    }
  }

  it("is believed of the app of the call alone, where the credential serves others too", async () => {
    const other = await genuineOf("Production", "com.example.harborkings", "300000000001001");
    const decoded = await relay.call("DecodeSignedPayload", { input: { signedPayload: other.transaction } });
    assert.equal(decoded.status, 200);
    relay.simulator.faults.add({
      service: "appStoreServer",
      fault: { kind: "fields", replace: { signedTransactionInfo: other.transaction } },
    });
    const { error } = await relay.call("GetTransaction", { input: { transactionId, bundleId } });
    assert.match(error?.message ?? "", /Its bundle ID is of no app/);
  });
});
