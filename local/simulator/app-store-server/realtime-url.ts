import { allowQuery, bodyOf, noBody, type ServerContext, type ServerRoute } from "./context.ts";
import { refuse } from "./errors.ts";

const at = { path: "/inApps/v1/messaging/realtime/url", perSecond: 50 };

/** The address that Apple asks for retention messages, one an app and environment. */
export function realtimeUrlRoutes(context: ServerContext): ServerRoute[] {
  const urls = () => context.environment().writes.realtimeUrls;
  return [
    {
      ...at,
      method: "GET",
      handle: (call, _parameters, { bundleId }) => {
        allowQuery(call, []);
        const realtimeURL = urls().get(bundleId);
        if (realtimeURL === undefined) throw refuse(4040021);
        return { status: 200, json: { realtimeURL } };
      },
    },
    {
      ...at,
      method: "PUT",
      handle: (call, _parameters, { bundleId }) => {
        allowQuery(call, []);
        const { realtimeURL } = bodyOf(call, ["realtimeURL"]);
        if (typeof realtimeURL !== "string" || !/^https:\/\/\S+$/.test(realtimeURL)) throw refuse(4000215);
        if (realtimeURL.length > 256) throw refuse(4000215);
        if (context.environment().writes.retention.testNeeded) throw refuse(4030026);
        urls().set(bundleId, realtimeURL);
        return { status: 200 };
      },
    },
    {
      ...at,
      method: "DELETE",
      handle: (call, _parameters, { bundleId }) => {
        allowQuery(call, []);
        noBody(call);
        if (!urls().delete(bundleId)) throw refuse(4040021);
        return { status: 200 };
      },
    },
  ];
}
