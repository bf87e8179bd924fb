import * as Type from "typebox";
import { conform } from "../conform.ts";
import { words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { appStoreConnectList, appStoreConnectLookUp } from "./operation.ts";

/** Source of names: Apple's OpenAPI file, schema `Territory`. */
export const Territory = Type.Object(
  {
    id: words("Territory", "Code of the territory, three letters of ISO 3166, such as USA."),
    currency: Type.Optional(words("Currency", "Currency of prices in the territory, such as USD.")),
  },
  { title: "Territory" },
);

export const listTerritories = appStoreConnectList({
  id: "ListTerritories",
  summary: "List territories",
  description: "Lists the territories of the App Store with their currencies.",
  route: "app-store-connect/territories",
  input: {},
  item: Territory,
  async run(_input, connect, wish) {
    const page = await connect.page(path`/v1/territories`, {}, wish);
    return { ...page, value: page.value.map((territory) => conform(Territory, territory)) };
  },
});

export const lookUpTerritories = appStoreConnectLookUp({
  id: "LookUpTerritories",
  summary: "Look up territories",
  description: "Fills the dropdown of territories.",
  route: "app-store-connect/look-ups/territories",
  input: {},
  async run(_input, connect) {
    const territories = await connect.all(path`/v1/territories`);
    return territories.map((territory) => {
      const { id, currency } = conform(Territory, territory);
      return { id, title: currency ? `${id} (${currency})` : id };
    });
  },
});
