import { randomBytes } from "node:crypto";
import { isJsonObject, type JsonObject } from "../core/json.ts";
import type { Route } from "../core/router.ts";
import type { AdjustState } from "../world/adjust.ts";
import { type MemberRule, memberErrors, readBody, readQuery, stringOf } from "./body.ts";
import { invalid, refuse } from "./errors.ts";

const members: Readonly<Record<string, MemberRule>> = {
  link_token: { type: "string", required: true },
  shorten_url: { type: "boolean" },
  redirect: { type: "string" },
  campaign: { type: "string" },
  adgroup: { type: "string" },
  creative: { type: "string" },
  deep_link_path: { type: "string" },
  ios_deep_link_path: { type: "string" },
  android_deep_link_path: { type: "string" },
  fallback: { type: "string" },
  redirect_macos: { type: "string" },
  label: { type: "string" },
  og_title: { type: "string" },
  og_description: { type: "string" },
  og_image: { type: "string" },
};

/** A deep link: short ones are kept by their last part, long ones say everything themselves. */
function make(state: AdjustState, wanted: JsonObject): JsonObject {
  const token = stringOf(wanted, "link_token") ?? "";
  if (wanted.shorten_url !== true) {
    const path = stringOf(wanted, "deep_link_path") ?? "";
    return { url: `https://example.go.link${path.startsWith("/") ? path : `/${path}`}?adj_t=${token}` };
  }
  const shortToken = randomBytes(6).toString("hex").slice(0, 5);
  state.links.shortLinks.set(shortToken, wanted);
  return { url: `https://example.go.link/${shortToken}` };
}

/** The deep link generator. It makes links for tokens that it does not know too, which is assumed here. */
export function deepLinkRoutes(state: () => AdjustState): Route<undefined>[] {
  return [
    {
      method: "POST",
      path: "/engage/deep-links",
      handle: (call) => {
        readQuery(call, []);
        return { status: 200, json: make(state(), readBody(call, members)) };
      },
    },
    {
      method: "POST",
      path: "/engage/deep-links/bulk",
      handle: (call) => {
        readQuery(call, []);
        const { data } = readBody(call, { data: { type: "objects", required: true } });
        const wanted = (Array.isArray(data) ? data : []).filter(isJsonObject);
        for (const [index, link] of wanted.entries()) {
          for (const [name, message] of Object.entries(memberErrors(link, members)))
            throw invalid({ [`data[${index}].${name}`]: message });
        }
        return { status: 200, json: { data: wanted.map((link) => make(state(), link)) } };
      },
    },
    {
      method: "PUT",
      path: "/engage/deep-links/{shortToken}",
      handle: (call, { shortToken = "" }) => {
        readQuery(call, []);
        const body = readBody(call, members);
        if (!state().links.shortLinks.has(shortToken)) throw refuse(404, "Deep link not found");
        state().links.shortLinks.set(shortToken, body);
        return { status: 204 };
      },
    },
  ];
}
