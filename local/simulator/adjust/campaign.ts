import { randomBytes } from "node:crypto";
import type { Call } from "../core/call.ts";
import { type Json, parseJson } from "../core/json.ts";
import type { Reply } from "../core/reply.ts";
import type { Route } from "../core/router.ts";
import type { AdjustState } from "../world/adjust.ts";
import type { AdjustTracker } from "../world/adjust-links.ts";
import { type MemberRule, readBody, readQuery, stringOf } from "./body.ts";
import { invalid, refuse } from "./errors.ts";

const createMembers: Readonly<Record<string, MemberRule>> = {
  name: { type: "string", required: true },
  parent_token: { type: "string" },
};

const updateMembers: Readonly<Record<string, MemberRule>> = {
  partner_id: { type: "number" },
  cost_data_enabled: { type: "boolean" },
};

/** Items of one page unless the query says otherwise. */
const defaultLimit = 50;

/** The creative level, below which there is none. */
const lowestLevel = 4;

function envelope({ nowMs }: Call, paging: Json, items: Json): Reply {
  const request = { api_version: "2", request_id: randomBytes(12).toString("base64url") };
  const timestamp = `${new Date(nowMs).toISOString().slice(0, 19)}Z`;
  return { status: 200, json: { data: { ...request, timestamp, paging, items } } };
}

/** One page. A cursor names the list that it was made for; the last page has neither cursor nor next. */
function page(call: Call, items: readonly Json[]): Reply {
  const query = readQuery(call, ["cursor", "limit"]);
  const limit = query.get("limit")?.[0] ?? String(defaultLimit);
  if (!/^[1-9]\d{0,5}$/.test(limit)) throw invalid({ limit: "must be positive" });
  const cursor = query.get("cursor")?.[0];
  const start = cursor === undefined ? 0 : startOf(cursor, call.path);
  const end = start + Number(limit);
  if (end >= items.length) return envelope(call, { next: null, cursor: null }, items.slice(start, end));
  const next = Buffer.from(JSON.stringify([call.path, end])).toString("base64url");
  const link = `${call.origin}${call.path}?cursor=${next}&limit=${limit}`;
  return envelope(call, { next: link, cursor: next }, items.slice(start, end));
}

function startOf(cursor: string, path: string): number {
  const value = parseJson(Buffer.from(cursor, "base64url").toString("utf8"));
  const [where, start] = Array.isArray(value) ? value : [];
  if (where !== path || typeof start !== "number") throw invalid({ cursor: "is not a cursor of this list" });
  return start;
}

function shown(trackers: readonly AdjustTracker[], tracker: AdjustTracker): Json {
  const { name, token, level, archived, partnerId, costDataEnabled } = tracker;
  return {
    name,
    token,
    label: name,
    level,
    archived,
    has_subtrackers: trackers.some(({ parent }) => parent === token),
    partner_id: partnerId,
    cost_data_enabled: costDataEnabled,
    url: `https://app.adjust.com/${token}`,
    click_url: `https://app.adjust.com/${token}?campaign=`,
    impression_url: `https://s2s.adjust.com/impression/${token}`,
  };
}

/** The Campaign API: links of an app on four levels, and partners. Several links may have one name. */
export function campaignRoutes(state: () => AdjustState): Route<undefined>[] {
  const appOf = (appToken: string | undefined): string => {
    if (!state().apps.some(({ token }) => token === appToken) || appToken === undefined) {
      throw refuse(404, "App not found");
    }
    return appToken;
  };
  const trackerOf = (appToken: string, token: string | undefined): AdjustTracker => {
    const tracker = state().links.trackers.find((one) => one.appToken === appToken && one.token === token);
    if (tracker === undefined) throw refuse(404, "Tracker not found");
    return tracker;
  };
  const listed = (call: Call, appToken: string, parent: string | undefined) => {
    const { trackers } = state().links;
    const below = trackers.filter((one) => one.appToken === appToken && one.parent === parent);
    return page(
      call,
      below.map((one) => shown(trackers, one)),
    );
  };
  return [
    {
      method: "GET",
      path: "/public/v2/partners",
      handle: (call) =>
        page(
          call,
          state().links.partners.map((partner): Json => ({ ...partner })),
        ),
    },
    {
      method: "GET",
      path: "/public/v2/apps/{appToken}/trackers",
      handle: (call, { appToken }) => listed(call, appOf(appToken), undefined),
    },
    {
      method: "GET",
      path: "/public/v2/apps/{appToken}/trackers/{token}/children",
      handle: (call, { appToken, token }) => {
        const app = appOf(appToken);
        return listed(call, app, trackerOf(app, token).token);
      },
    },
    {
      method: "POST",
      path: "/public/v2/apps/{appToken}/trackers",
      handle: (call, { appToken }) => {
        readQuery(call, []);
        const app = appOf(appToken);
        const body = readBody(call, createMembers);
        const parentToken = stringOf(body, "parent_token");
        const parent = parentToken === undefined ? undefined : trackerOf(app, parentToken);
        if (parent?.level === lowestLevel) throw invalid({ parent_token: "is a creative" });
        const tracker: AdjustTracker = {
          appToken: app,
          token: randomBytes(4).toString("hex"),
          name: stringOf(body, "name") ?? "",
          ...(parent && { parent: parent.token }),
          level: (parent?.level ?? 0) + 1,
          archived: false,
          partnerId: null,
          costDataEnabled: false,
        };
        const { trackers } = state().links;
        trackers.push(tracker);
        return envelope(call, { next: null, cursor: null }, [shown(trackers, tracker)]);
      },
    },
    {
      method: "PATCH",
      path: "/public/v2/apps/{appToken}/trackers/{token}",
      handle: (call, { appToken, token }) => {
        readQuery(call, []);
        const tracker = trackerOf(appOf(appToken), token);
        const body = readBody(call, updateMembers);
        const { partner_id: partnerId, cost_data_enabled: cost } = body;
        const { partners, trackers } = state().links;
        if (partnerId !== undefined) {
          const partner = partners.find(({ id }) => id === partnerId);
          if (partner === undefined) throw invalid({ partner_id: "names no partner" });
          tracker.partnerId = partner.id;
        }
        if (typeof cost === "boolean") tracker.costDataEnabled = cost;
        return envelope(call, { next: null, cursor: null }, [shown(trackers, tracker)]);
      },
    },
  ];
}
