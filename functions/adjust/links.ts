import * as Type from "typebox";
import { adjustAppToken } from "../fields.ts";
import { text } from "../schema.ts";
import { campaignAll, campaignPage, linksPath, partnersPath } from "./campaign.ts";
import { AdjustLink, linkToken, toLink } from "./link.ts";
import { adjustLookUp, adjustPagedList } from "./operation.ts";

export const listAdjustLinks = adjustPagedList({
  id: "ListAdjustLinks",
  summary: "List Adjust links",
  description: "Lists the links of an app, or the links below another link.",
  route: "adjust/apps/{appToken}/links",
  input: {
    appToken: adjustAppToken,
    parentToken: Type.Optional(
      linkToken(
        "Parent token",
        "Token of the link whose sublinks to list. Leave it empty for the top level.",
      ),
    ),
  },
  item: AdjustLink,
  async run({ appToken, parentToken }, adjust, wish) {
    const page = await campaignPage(adjust, linksPath(appToken, parentToken), wish);
    return { ...page, value: page.value.map(toLink) };
  },
});

export const lookUpAdjustLinks = adjustLookUp({
  id: "LookUpAdjustLinks",
  summary: "Look up Adjust links",
  description: "Fills the dropdown of an app's links: those of the top level.",
  route: "adjust/look-ups/links",
  input: {
    appToken: text("App token", "Adjust app token of the app whose links to show.", {
      pattern: "^[a-z0-9]{1,64}$",
      form: "an Adjust app token: lower-case letters and digits",
    }),
  },
  async run({ appToken }, adjust) {
    const links = await campaignAll(adjust, linksPath(appToken, undefined));
    return links.flatMap((item) => {
      const { linkToken: id, name, archived } = toLink(item);
      return id && !archived ? [{ id, title: name ? `${name} (${id})` : id }] : [];
    });
  },
});

export const lookUpAdjustPartners = adjustLookUp({
  id: "LookUpAdjustPartners",
  summary: "Look up Adjust partners",
  description: "Fills the dropdown of partners that a link can belong to.",
  route: "adjust/look-ups/partners",
  input: {},
  async run(_input, adjust) {
    const partners = await campaignAll(adjust, partnersPath);
    return partners.flatMap(({ id, displayName }) => {
      if (typeof id !== "number" && typeof id !== "string") return [];
      return [{ id: String(id), title: typeof displayName === "string" ? displayName : String(id) }];
    });
  },
});
