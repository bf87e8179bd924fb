import * as Type from "typebox";
import type { ErrorDetail } from "../errors.ts";
import { isObject } from "../json.ts";
import { flag, list, secretText, text } from "../schema.ts";

const key = (summary: string, description: string) => Type.Optional(text(summary, description));

/**
 * The partners whose keys Adjust documents, each key as Adjust spells it. All are optional here, since designers mark
 * a required field of an object that is left out as required all the same; `needs` says what `checkChannelSetup` asks
 * for. Source: Adjust's documentation, page "Channel setup".
 */
const partners = {
  applovin: partner("AppLovin", ["sdk_keys"], {
    sdk_keys: Type.Optional(list("SDK keys", "SDK keys of AppLovin.", text("SDK key", "An SDK key."))),
  }),
  chartboost: partner("Chartboost", ["app_id", "token"], {
    app_id: key("App ID", "ID of the app at Chartboost."),
    token: key("App signature", "App signature of Chartboost."),
  }),
  facebook: partner("Facebook", ["app_id"], {
    app_id: key("App ID", "ID of the app at Facebook."),
    adimpression_forwarding: Type.Optional(
      flag("Forward ad impressions", "Whether ad impressions are forwarded to Facebook."),
    ),
  }),
  gameanalytics: partner("GameAnalytics", ["key"], { key: key("Key", "Game key of GameAnalytics.") }),
  google: partner("Google", ["link_id"], { link_id: key("Link ID", "Link ID of Google Ads.") }),
  inmobi: partner("InMobi", ["property_id", "advertiser_id"], {
    property_id: key("Property ID", "GMP ID of the app at InMobi."),
    advertiser_id: key("Advertiser ID", "ID of the advertiser at InMobi."),
  }),
  ironsource: partner("ironSource", ["advertiser_id", "password"], {
    advertiser_id: key("Advertiser ID", "ID of the advertiser at ironSource."),
    password: Type.Optional(
      secretText("Password", "Password of the advertiser at ironSource. It is sent on and never answered.", {
        visibility: "advanced",
      }),
    ),
  }),
  mintegral: partner("Mintegral", ["enabled"], {
    enabled: Type.Optional(flag("Enabled", "Whether Mintegral is set up.")),
  }),
  snapchat: partner("Snapchat", ["snap_app_id"], {
    snap_app_id: key("Snap app ID", "ID of the app at Snapchat."),
  }),
  tapjoy: partner("Tapjoy", ["app_id"], { app_id: key("App ID", "ID of the app at Tapjoy.") }),
  tiktok: partner("TikTok", ["app_id", "enabled"], {
    app_id: key("App ID", "ID of the app at TikTok."),
    enabled: Type.Optional(flag("Enabled", "Whether TikTok is set up.")),
  }),
  unityads: partner("Unity Ads", ["game_id"], { game_id: key("Game ID", "ID of the game at Unity Ads.") }),
  vungle: partner("Vungle", ["app_id"], { app_id: key("App ID", "ID of the app at Vungle.") }),
} as const;

/** A partner: its schema, open for keys that are not known here, and the keys that Adjust asks for. */
function partner<Keys extends Type.TProperties>(
  name: string,
  needs: readonly (keyof Keys & string)[],
  keys: Keys,
) {
  const together = needs.length > 1 ? `${needs.slice(0, -1).join(", ")} and ${needs.at(-1)}` : needs[0];
  const schema = Type.Object(keys, {
    additionalProperties: true,
    title: `${name} setup`,
    "x-ms-summary": name,
    description: `Settings for ${name}. Fill in ${together}, or leave the whole out.`,
  });
  return { needs: needs as readonly string[], schema };
}

const schemas = Object.fromEntries(
  Object.entries(partners).map(([name, { schema }]) => [name, Type.Optional(schema)]),
);

/** What each partner is to be set up with; partners that are not known here pass as they are. */
export const ChannelSetup = Type.Unsafe<Readonly<Record<string, unknown>>>(
  Type.Object(schemas, {
    additionalProperties: true,
    title: "Channel setup",
    "x-ms-summary": "Channel setup",
    description:
      "Settings of each partner, spelled as Adjust spells them. Adjust takes what is sent for the whole, so send all partners or keep the channel setup.",
    "x-ms-visibility": "advanced",
  }),
);

const field = "channelSetup";

/** What is wrong with a channel setup that its schema cannot say. Only partners that are there are looked at. */
export function channelSetupProblems(setup: Readonly<Record<string, unknown>>): ErrorDetail[] {
  return Object.entries(givenPartners(setup)).flatMap(([name, keys]): ErrorDetail[] => {
    if (!isObject(keys)) {
      return isKnown(name)
        ? []
        : [{ field: `${field}.${name}`, message: "must be an object with named fields." }];
    }
    if (name === "snapchat" && "app_id" in keys) {
      return [{ field: `${field}.snapchat.app_id`, message: "is not a key of Snapchat: use snap_app_id." }];
    }
    return needsOf(name)
      .filter((needed) => !Object.hasOwn(keys, needed) || isEmpty(keys[needed]))
      .map((needed) => ({
        field: `${field}.${name}.${needed}`,
        message: `is required for ${name}. Fill it in, or leave ${name} out.`,
      }));
  });
}

/** What may be a mistake, and is sent all the same: partners come and go. */
export function channelSetupWarnings(setup: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(givenPartners(setup))
    .filter((name) => !isKnown(name))
    .map(
      (name) =>
        `channelSetup.${name} is not a partner that is known here and is sent as it is. Known: ${Object.keys(partners).join(", ")}.`,
    );
}

/** The partners that were sent: what is null or empty counts as left out, also where no schema looked. */
export function givenPartners(setup: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(setup).filter(([, keys]) => keys !== null && keys !== ""));
}

/** One partner's settings as they are answered: Adjust gives passwords back, and flows keep what they get. */
export function withoutSecrets(partnerName: unknown, keys: unknown): unknown {
  if (partnerName !== "ironsource" || !isObject(keys)) return keys;
  const { password: _password, ...rest } = keys;
  return rest;
}

function isKnown(name: string): name is keyof typeof partners {
  return Object.hasOwn(partners, name);
}

function needsOf(name: string): readonly string[] {
  return isKnown(name) ? partners[name].needs : [];
}

/** A key without a value was not sent. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0)
  );
}
