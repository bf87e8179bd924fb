import type { JsonObject } from "../core/json.ts";
import { allowQuery, bodyOf, findTransaction, type ServerContext, type ServerRoute } from "./context.ts";
import { type ErrorCode, refuse } from "./errors.ts";

const deliveryStatuses = [
  "DELIVERED",
  "UNDELIVERED_QUALITY_ISSUE",
  "UNDELIVERED_WRONG_ITEM",
  "UNDELIVERED_SERVER_OUTAGE",
  "UNDELIVERED_OTHER",
];
const refundPreferences = ["DECLINE", "GRANT_FULL", "GRANT_PRORATED"];
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Codes of the first version from 0 to this one, and the error for any other value. */
const codes: Readonly<Record<string, readonly [highest: number, error: ErrorCode]>> = {
  accountTenure: [7, 4000032],
  consumptionStatus: [3, 4000034],
  deliveryStatus: [5, 4000036],
  lifetimeDollarsPurchased: [7, 4000037],
  lifetimeDollarsRefunded: [7, 4000038],
  platform: [2, 4000039],
  playTime: [7, 4000040],
  userStatus: [4, 4000042],
  refundPreference: [3, 4000044],
};

/** What developers say about purchases whose refund is asked for. */
export function consumptionRoutes(context: ServerContext): ServerRoute[] {
  const keep = (transactionId: string, body: JsonObject) => {
    context.environment().writes.consumption.set(transactionId, body);
    return { status: 202 };
  };
  return [
    {
      method: "PUT",
      path: "/inApps/v2/transactions/consumption/{transactionId}",
      perSecond: 50,
      handle: (call, { transactionId }, caller) => {
        allowQuery(call, []);
        const required = ["customerConsented", "deliveryStatus", "sampleContentProvided"];
        const body = bodyOf(call, [...required, "consumptionPercentage", "refundPreference"]);
        const transaction = findTransaction(context, caller, transactionId);
        if (transaction.inAppOwnershipType === "FAMILY_SHARED") throw refuse(4000185);
        const { consumptionPercentage: used, deliveryStatus, refundPreference } = body;
        if (body.customerConsented !== true) throw refuse(4000035);
        if (!deliveryStatuses.includes(String(deliveryStatus))) throw refuse(4000036);
        if (typeof body.sampleContentProvided !== "boolean") throw refuse(4000041);
        if (refundPreference !== undefined && !refundPreferences.includes(String(refundPreference)))
          throw refuse(4000044);
        if (used !== undefined) {
          // Apple names errors of their own here, whose numbers it does not publish.
          if (typeof used !== "number" || !Number.isInteger(used) || used < 0 || used > 100_000)
            throw refuse(4000000);
          if (used > 0 && deliveryStatus !== "DELIVERED") throw refuse(4000000);
          if (transaction.type === "Auto-Renewable Subscription") throw refuse(4000209);
        }
        return keep(transaction.transactionId, body);
      },
    },
    {
      method: "PUT",
      path: "/inApps/v1/transactions/consumption/{transactionId}",
      perSecond: 50,
      handle: (call, { transactionId }, caller) => {
        allowQuery(call, []);
        const others = ["customerConsented", "sampleContentProvided", "appAccountToken"];
        const body = bodyOf(call, [...Object.keys(codes), ...others]);
        const transaction = findTransaction(context, caller, transactionId);
        if (transaction.inAppOwnershipType === "FAMILY_SHARED") throw refuse(4000185);
        if (body.customerConsented !== true) throw refuse(4000035);
        for (const [name, [highest, error]] of Object.entries(codes)) {
          const value = body[name];
          // Apple asks for all of them but the refund preference.
          if (value === undefined && name === "refundPreference") continue;
          if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > highest)
            throw refuse(error);
        }
        if (typeof body.sampleContentProvided !== "boolean") throw refuse(4000041);
        const { appAccountToken: token } = body;
        if (typeof token !== "string" || (token !== "" && !uuid.test(token))) throw refuse(4000033);
        return keep(transaction.transactionId, body);
      },
    },
  ];
}
