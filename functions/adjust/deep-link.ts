import * as Type from "typebox";
import type { ErrorDetail } from "../errors.ts";
import { flag, integer, text, words } from "../schema.ts";
import type { PublishedLimit } from "../upstream/budget.ts";
import { toAdjust } from "./field-names.ts";

/** Source: Adjust's documentation of the deep link generator: 200 requests a second, 429 above. */
export const deepLinkLimit: PublishedLimit = { name: "adjust deep links", windowMs: 1_000, limit: 200 };

/** Days for which a short link works. Source: the same page. Long links have no end. */
const shortLinkDays = 120;

const url = (summary: string, description: string) =>
  Type.Optional(text(summary, description, { maxLength: 2048, visibility: "advanced" }));

const part = (summary: string, description: string) =>
  Type.Optional(text(summary, description, { maxLength: 2048 }));

const advanced = (summary: string, description: string) =>
  Type.Optional(text(summary, description, { maxLength: 2048, visibility: "advanced" }));

/**
 * What a deep link is made of. Names are Adjust's in our spelling. Longest 2,048 characters each, since all of it stands
 * in one URL, and browsers and messengers cut longer ones.
 */
export const deepLinkFields = {
  linkToken: text("Link token", "Token of the Adjust link that the deep link counts for, such as 1c52mluz.", {
    pattern: "^[a-z0-9]{1,64}$",
    form: "an Adjust link token: lower-case letters and digits",
    visibility: "important",
  }),
  deepLinkPath: part("Deep link path", "Path that the app opens at, such as /custom-path."),
  shortenUrl: Type.Optional(
    flag("Shorten URL", "Whether to make a short link. Short links work for 120 days."),
  ),
  fallback: url(
    "Fallback",
    "Web address for visitors without the app, such as https://example.com/fallback.",
  ),
  redirect: url("Redirect", "Web address that every visitor is sent to."),
  redirectMacos: url("Redirect on macOS", "Web address that visitors on macOS are sent to."),
  iosDeepLinkPath: advanced("Deep link path on iOS", "Path that the app opens at on iOS."),
  androidDeepLinkPath: advanced("Deep link path on Android", "Path that the app opens at on Android."),
  campaign: part("Campaign", "Name of the campaign that the deep link counts for."),
  adgroup: part("Ad group", "Name of the ad group that the deep link counts for."),
  creative: part("Creative", "Name of the creative that the deep link counts for."),
  label: advanced("Label", "Label that the deep link carries."),
  ogTitle: advanced("Preview title", "Title of the preview in messengers and social networks."),
  ogDescription: advanced("Preview description", "Description of the preview."),
  ogImage: url("Preview image", "Web address of the preview's image."),
};

const DeepLinkInput = Type.Object(deepLinkFields);

export type DeepLinkInput = Type.Static<typeof DeepLinkInput>;

/** What is known of a deep link that was made. */
export const deepLinkResult = {
  url: Type.Optional(words("URL", "Address of the deep link.")),
  shortToken: Type.Optional(words("Short token", "Last part of a short link, by which it can be repointed.")),
  expiresAfterDays: Type.Optional(
    integer("Expires after days", "Days for which a short link works. Absent for a long link."),
  ),
};

const urlFields = ["fallback", "redirect", "redirectMacos", "ogImage"] as const;

/** What is wrong with a deep link that no schema says. @param field path of the link in the input, with its stop. */
export function deepLinkProblems(link: DeepLinkInput, field = ""): ErrorDetail[] {
  return urlFields.flatMap((name) => {
    const value = link[name];
    return value === undefined || isWebAddress(value)
      ? []
      : [{ field: `${field}${name}`, message: "must be a web address that begins with https://." }];
  });
}

/** The link with Adjust's field names. */
export function toDeepLink(link: DeepLinkInput): unknown {
  return toAdjust(link);
}

/** What an address that Adjust answered says. @returns undefined when it is not an address. */
export function madeLink(address: unknown, { shortenUrl = false }: DeepLinkInput) {
  if (typeof address !== "string" || !isWebAddress(address)) return undefined;
  const shortToken = shortenUrl ? new URL(address).pathname.split("/").at(-1) : undefined;
  return {
    url: address,
    ...(shortToken && { shortToken }),
    ...(shortenUrl && { expiresAfterDays: shortLinkDays }),
  };
}

function isWebAddress(value: string): boolean {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  // A user before the host is the oldest trick to make an address look like another.
  return parsed?.protocol === "https:" && parsed.username === "" && parsed.password === "";
}
