import * as Type from "typebox";
import { conform } from "../conform.ts";
import { originalTransactionId } from "../fields.ts";
import { productIdPattern, territoryPattern } from "../patterns.ts";
import { confirmation, flag, integer, list, text, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { codedChoice, codeOf, extendReasons } from "./coded.ts";
import { isoDate } from "./dates.ts";
import { appStoreServerOperation } from "./operation.ts";

/** Source of the bounds: Apple, extendByDays. */
const extendByDays = integer("Extend by days", "Days by which the renewal is put off, 1 to 90.", {
  minimum: 1,
  maximum: 90,
  visibility: "important",
});

const extendReasonCode = codedChoice("Reason", "Why the renewal is put off.", extendReasons, {
  visibility: "important",
});

/** Source of the length: Apple, requestIdentifier. */
const requestIdentifier = text(
  "Request identifier",
  "Name of this request, unique among yours, such as a new GUID. Sending again under the same one does nothing twice.",
  {
    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$",
    form: "1 to 128 letters, digits, hyphens, underscores and full stops",
    visibility: "important",
  },
);

const productId = text("Product ID", "Product ID of the subscription, such as com.example.plus.monthly.", {
  pattern: productIdPattern,
  form: "a product ID: letters, digits, full stops, hyphens and underscores",
  visibility: "important",
});

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
      perSecond: 20,
    });
    const answer = conform(Type.Object(extended), { ...body, effectiveDate: isoDate(body.effectiveDate) });
    return { ...answer, environment };
  },
});

export const massExtendRenewalDates = appStoreServerOperation({
  id: "MassExtendRenewalDates",
  summary: "Extend the renewal dates of all subscribers",
  description:
    "Asks Apple to put off the next renewal of every active subscriber of a product. Apple works on it for hours or days: Get the state of a mass extension tells how far it is.",
  method: "POST",
  route: "app-store-server/subscriptions/extensions",
  input: {
    productId,
    extendByDays,
    extendReasonCode,
    requestIdentifier,
    storefrontCountryCodes: Type.Optional(
      list(
        "Storefronts",
        "Storefronts whose subscribers are meant, as three capital letters such as USA. Leave it empty to mean all.",
        text("Storefront", "Storefront, such as USA.", {
          pattern: territoryPattern,
          form: "a storefront of three capital letters, such as USA",
        }),
        { minItems: 1, maxItems: 200 },
      ),
    ),
    confirm: confirmation(
      "Confirm",
      "Yes, all subscribers are meant.",
      "Every active subscriber of the product gets the days free of charge, which cannot be taken back.",
    ),
  },
  title: "Requested mass extension",
  output: { requestIdentifier: words("Request identifier", "Name of the request, to ask for its state.") },
  async run({ extendReasonCode: reason, confirm: _confirmed, ...facts }, server) {
    const { environment, body } = await server.ask({
      method: "POST",
      path: path`/inApps/v1/subscriptions/extend/mass`,
      json: { ...facts, extendReasonCode: codeOf(extendReasons, reason) },
      // By its request identifier: Apple answers a second one as the first.
      idempotent: true,
      perSecond: 1,
    });
    const { requestIdentifier = facts.requestIdentifier } = body;
    return { environment, requestIdentifier: String(requestIdentifier) };
  },
});

const state = {
  requestIdentifier: Type.Optional(words("Request identifier", "Name of the request.")),
  complete: Type.Optional(flag("Complete", "Whether Apple is done.")),
  completeDate: Type.Optional(words("Complete date", "When Apple was done, in UTC.")),
  succeededCount: Type.Optional(integer("Succeeded count", "Subscriptions whose renewal was put off.")),
  failedCount: Type.Optional(integer("Failed count", "Subscriptions whose renewal was not.")),
};

export const getMassExtensionStatus = appStoreServerOperation({
  id: "GetMassExtensionStatus",
  summary: "Get the state of a mass extension",
  description: "Tells whether Apple has put off the renewals of all subscribers, and of how many it has.",
  method: "GET",
  route: "app-store-server/subscriptions/extensions/{requestIdentifier}",
  input: { requestIdentifier, productId },
  title: "State of a mass extension",
  output: state,
  async run({ requestIdentifier, productId }, server) {
    const { environment, body } = await server.ask({
      method: "GET",
      path: path`/inApps/v1/subscriptions/extend/mass/${productId}/${requestIdentifier}`,
    });
    const answer = conform(Type.Object(state), { ...body, completeDate: isoDate(body.completeDate) });
    return { ...answer, environment };
  },
});
