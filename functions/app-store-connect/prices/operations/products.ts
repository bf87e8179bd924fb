import { lookUp } from "../../../look-up.ts";
import { appStoreConnectKinds } from "../../client.ts";
import { app } from "../fields.ts";
import { loadWork } from "../load-work.ts";

export const lookUpProducts = lookUp({
  id: "LookUpProducts",
  summary: "Look up products",
  description: "Fills the dropdown of in-app purchases and subscriptions of an app.",
  route: "app-store-connect/look-ups/products",
  credentials: appStoreConnectKinds,
  input: { app },
  async run({ app: wanted }, scope) {
    const { oneProduct, openPriceReader, readInAppPurchases, readSubscriptionsOf } = await loadWork();
    const reader = await openPriceReader(scope);
    const { app } = await oneProduct(reader, { app: wanted });
    const products = [
      ...(await readInAppPurchases(reader.connect, app)),
      ...(await readSubscriptionsOf(reader.connect, app)),
    ];
    return products.map(({ id, productId = id, name }) => ({
      id: productId,
      title: name === productId ? name : `${name} (${productId})`,
    }));
  },
});
