import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { AdjustApp } from "../world/adjust.ts";
import { type MemberRule, memberErrors, objectOf } from "./body.ts";

const string: MemberRule = { type: "string", required: true };
const boolean: MemberRule = { type: "boolean", required: true };

/** Keys of each partner that Adjust documents. What it does with other partners is not known: they are taken. */
const partners: Readonly<Record<string, Readonly<Record<string, MemberRule>>>> = {
  applovin: { sdk_keys: { type: "strings", required: true } },
  chartboost: { app_id: string, token: string },
  facebook: { app_id: string, adimpression_forwarding: { type: "boolean" } },
  gameanalytics: { key: string },
  google: { link_id: string },
  inmobi: { property_id: string, advertiser_id: string },
  ironsource: { advertiser_id: string, password: string },
  mintegral: { enabled: boolean },
  snapchat: { snap_app_id: string },
  tapjoy: { app_id: string },
  tiktok: { app_id: string, enabled: boolean },
  unityads: { game_id: string },
  vungle: { app_id: string },
};

const sha1 = /^[0-9A-F]{2}(:[0-9A-F]{2}){19}$/;

/** What is wrong with the channel setup and the signature of a body, by member. */
export function setupErrors(body: JsonObject, platform: AdjustApp["platform"]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [name, keys] of Object.entries(objectOf(body, "channel_setup") ?? {})) {
    const field = `channel_setup.${name}`;
    const rules = partners[name];
    if (keys === undefined || !isJsonObject(keys)) errors[field] = "is invalid";
    else if (rules) {
      for (const [key, said] of Object.entries(memberErrors(keys, rules))) errors[`${field}.${key}`] = said;
    }
  }
  const signature = objectOf(body, "override_settings")?.signature;
  if (signature === undefined) return errors;
  const field = "override_settings.signature";
  if (!isJsonObject(signature)) return { ...errors, [field]: "is invalid" };
  if (platform === "ios") return { ...errors, [field]: "is for android only" };
  const said = memberErrors(signature, {
    android_signature_hash: { type: "strings" },
    enforce_signature: { type: "boolean" },
  });
  for (const [key, message] of Object.entries(said)) errors[`${field}.${key}`] = message;
  const hashes = signature.android_signature_hash;
  if (Array.isArray(hashes) && !hashes.every((hash) => typeof hash === "string" && sha1.test(hash)))
    errors[`${field}.android_signature_hash`] = "must be SHA-1 fingerprints";
  return errors;
}
