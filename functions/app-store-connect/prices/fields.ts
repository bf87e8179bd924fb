import { bundleIdPattern, maxBundleIdLength, productIdPattern, territoryPattern } from "../../patterns.ts";
import { text } from "../../schema.ts";

/** The inputs that name what has a price, and where. */

/** An Apple ID has the form of a bundle ID too. */
export const app = text("App", "Bundle ID or Apple ID of the app, such as com.example.game.", {
  pattern: bundleIdPattern,
  maxLength: maxBundleIdLength,
  form: "a bundle ID, such as com.example.game, or an Apple ID, such as 1234567890",
  visibility: "important",
  options: { operationId: "LookUpApps", parameters: { credential: "credential" } },
});

export const product = text(
  "Product",
  "Product ID or Apple ID of an in-app purchase or subscription of the app. Leave it empty for the app itself.",
  {
    pattern: productIdPattern,
    maxLength: 255,
    form: "a product ID (letters, digits, underscores, hyphens and full stops) or an Apple ID",
    visibility: "important",
    options: { operationId: "LookUpProducts", parameters: { app: "app", credential: "credential" } },
  },
);

export const territory = text(
  "Territory",
  "Code of the territory, three letters of ISO 3166, such as USA. Leave it empty for the base territory of the price schedule; subscriptions have none.",
  {
    pattern: territoryPattern,
    form: "the code of a territory: three capital letters, such as USA",
    options: { operationId: "LookUpTerritories", parameters: { credential: "credential" } },
  },
);
