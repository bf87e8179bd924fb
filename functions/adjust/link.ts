import * as Type from "typebox";
import { conform } from "../conform.ts";
import { flag, integer, text, words } from "../schema.ts";
import type { Fields } from "./campaign.ts";

/**
 * Source of names: Adjust's documentation of the Campaign API, in our spelling. Two deviate: its `token` is `linkToken`
 * here and its `has_subtrackers` is `hasSublinks`, the words that inputs and documents use. `levelName` is ours.
 */
export const AdjustLink = Type.Object(
  {
    linkToken: Type.Optional(words("Link token", "Token of the link.")),
    name: Type.Optional(words("Name", "Name of the link.")),
    label: Type.Optional(words("Label", "Label of the link.")),
    level: Type.Optional(integer("Level", "Level of the link, 1 to 4.")),
    levelName: Type.Optional(
      words("Level name", "The level in words: network, campaign, adgroup or creative."),
    ),
    archived: Type.Optional(flag("Archived", "Whether the link is archived.")),
    hasSublinks: Type.Optional(flag("Has sublinks", "Whether there are links below this one.")),
    partnerId: Type.Optional(words("Partner ID", "ID of the partner that the link belongs to.")),
    costDataEnabled: Type.Optional(flag("Cost data enabled", "Whether the partner sends cost data.")),
    url: Type.Optional(words("URL", "Address of the link.")),
    clickUrl: Type.Optional(words("Click URL", "Address that counts clicks.")),
    impressionUrl: Type.Optional(words("Impression URL", "Address that counts impressions.")),
  },
  { title: "Adjust link" },
);

export type AdjustLinkRow = Type.Static<typeof AdjustLink>;

/** What each level stands for. Source: Adjust's documentation of the Campaign API. */
const levelNames: Readonly<Record<number, string>> = {
  1: "network",
  2: "campaign",
  3: "adgroup",
  4: "creative",
};

/** A link as our operations answer it. */
export function toLink({ token, hasSubtrackers, ...fields }: Fields): AdjustLinkRow {
  const link = conform(AdjustLink, { ...fields, linkToken: token, hasSublinks: hasSubtrackers });
  const levelName = link.level === undefined ? undefined : levelNames[link.level];
  return levelName === undefined ? link : { ...link, levelName };
}

/** A link token as it comes in: 6 to 8 characters in Adjust's examples, so the length is not checked. */
export function linkToken(summary: string, description: string) {
  return text(summary, description, {
    pattern: "^[a-z0-9]{1,64}$",
    form: "an Adjust link token: lower-case letters and digits",
    options: {
      operationId: "LookUpAdjustLinks",
      parameters: { appToken: "appToken", credential: "credential" },
    },
  });
}
