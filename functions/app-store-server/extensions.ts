import * as Type from "typebox";
import { conform } from "../conform.ts";
import { originalTransactionId } from "../fields.ts";
import { flag, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { codeOf, extendReasons } from "./coded.ts";
import { isoDate } from "./dates.ts";
import { extendByDays, extendReasonCode, requestIdentifier } from "./extension-fields.ts";
import { appStoreServerOperation } from "./operation.ts";

const extended = {
  originalTransactionId: Type.Optional(
    words("Original transaction ID", "ID of the first transaction of the subscription."),
  ),
  webOrderLineItemId: Type.Optional(
    words("Web order line item ID", "ID of the subscription's purchase on all of a customer's devices."),
  ),
  success: Type.Optional(flag("Success", "Whether the renewal was put off.")),
  effectiveDate: Type.Optional(words("Effective date", "When the subscription renews now, in UTC.")),
};

export const extendRenewalDate = appStoreServerOperation({
  id: "ExtendRenewalDate",
  summary: "Extend the renewal date of a subscription",
  description:
    "Puts off the next renewal of an active subscription, so that the customer has the days free of charge. Apple allows it twice within 365 days.",
  method: "PUT",
  route: "app-store-server/subscriptions/{originalTransactionId}/extension",
  input: { originalTransactionId, extendByDays, extendReasonCode, requestIdentifier },
  title: "Extended renewal date",
  output: extended,
  async run({ originalTransactionId, extendReasonCode: reason, ...facts }, server) {
    const { environment, body } = await server.ask({
      method: "PUT",
      path: path`/inApps/v1/subscriptions/extend/${originalTransactionId}`,
      json: { ...facts, extendReasonCode: codeOf(extendReasons, reason) },
      // The only 404 that Apple's documentation of this endpoint names. Nothing was extended by it.
      notFound: "4040005",
      perSecond: 20,
    });
    const answer = conform(Type.Object(extended), { ...body, effectiveDate: isoDate(body.effectiveDate) });
    return { ...answer, environment };
  },
});
