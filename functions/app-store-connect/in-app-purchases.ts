import * as Type from "typebox";
import { conform } from "../conform.ts";
import { appId } from "../fields.ts";
import { flag, text, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { exactly, preselect } from "./filters.ts";
import { appStoreConnectList } from "./operation.ts";

/** Source of names: Apple's OpenAPI file, schema `InAppPurchaseV2`. */
export const InAppPurchase = Type.Object(
  {
    id: words("Apple ID", "Apple ID of the in-app purchase."),
    name: Type.Optional(words("Reference name", "Reference name of the in-app purchase.")),
    productId: Type.Optional(words("Product ID", "Product ID of the in-app purchase.")),
    inAppPurchaseType: Type.Optional(
      words("Type", "CONSUMABLE, NON_CONSUMABLE or NON_RENEWING_SUBSCRIPTION; Apple may add others."),
    ),
    state: Type.Optional(words("State", "State of the in-app purchase, such as APPROVED.")),
    reviewNote: Type.Optional(words("Review note", "Note for App Review.")),
    familySharable: Type.Optional(flag("Family sharing", "Whether families can share the purchase.")),
    contentHosting: Type.Optional(flag("Content hosting", "Whether Apple hosts the content.")),
  },
  { title: "In-app purchase" },
);

export const listInAppPurchases = appStoreConnectList({
  id: "ListInAppPurchases",
  summary: "List in-app purchases",
  description:
    "Lists the in-app purchases of an app, without auto-renewable subscriptions. A filter compares exactly, upper and lower case included.",
  route: "app-store-connect/apps/{appId}/in-app-purchases",
  visibility: "important",
  input: {
    appId,
    productId: Type.Optional(text("Product ID", "Exact product ID.")),
    name: Type.Optional(text("Reference name", "Exact reference name.")),
    state: Type.Optional(text("State", "Exact state, such as APPROVED or MISSING_METADATA.")),
    inAppPurchaseType: Type.Optional(
      text("Type", "Exact type, such as CONSUMABLE, NON_CONSUMABLE or NON_RENEWING_SUBSCRIPTION."),
    ),
  },
  item: InAppPurchase,
  async run({ appId, productId, name, state, inAppPurchaseType }, connect, wish) {
    const filters = { productId, name, state, inAppPurchaseType };
    const page = await connect.page(path`/v1/apps/${appId}/inAppPurchasesV2`, preselect(filters), wish);
    return exactly(filters, page, wish, (purchase) => conform(InAppPurchase, purchase));
  },
});
