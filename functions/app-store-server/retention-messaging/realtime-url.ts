import { text, words } from "../../schema.ts";
import { malformed } from "../../upstream/body.ts";
import { path } from "../../upstream/path.ts";
import { failureError } from "../../upstream/refusal.ts";
import { environmentOrigins } from "../environment.ts";
import { appStoreServerOperation } from "../operation.ts";

const at = path`/inApps/v1/messaging/realtime/url`;

export const getRealtimeUrl = appStoreServerOperation({
  id: "GetRealtimeUrl",
  summary: "Get the retention messaging URL",
  description: "Gets the address that Apple asks which retention message a customer is shown.",
  method: "GET",
  route: "app-store-server/retention-messaging/realtime-url",
  visibility: "advanced",
  input: {},
  title: "Retention messaging URL",
  output: { realtimeURL: words("Realtime URL", "The address that Apple asks.") },
  async run(_input, server) {
    const { environment, body } = await server.ask({ method: "GET", path: at });
    const { realtimeURL } = body;
    if (typeof realtimeURL === "string") return { environment, realtimeURL };
    throw failureError(
      { origin: environmentOrigins[environment], method: "GET" },
      malformed("It has no address."),
    );
  },
});

export const setRealtimeUrl = appStoreServerOperation({
  id: "SetRealtimeUrl",
  summary: "Set the retention messaging URL",
  description:
    "Sets the address that Apple asks which retention message a customer is shown. Production takes one only after a performance test that passed.",
  method: "PUT",
  route: "app-store-server/retention-messaging/realtime-url",
  visibility: "advanced",
  input: {
    // Source of the length: Apple, realtimeURL.
    realtimeURL: text("Realtime URL", "Address that Apple asks, beginning with https.", {
      pattern: "^https://[^\\s]+$",
      form: "an address that begins with https://",
      maxLength: 256,
      visibility: "important",
    }),
  },
  title: "Set retention messaging URL",
  output: {},
  run: ({ realtimeURL }, server) =>
    server.write({ method: "PUT", path: at, json: { realtimeURL }, idempotent: true }),
});

export const deleteRealtimeUrl = appStoreServerOperation({
  id: "DeleteRealtimeUrl",
  summary: "Delete the retention messaging URL",
  description: "Takes the address away: Apple shows default messages then.",
  method: "DELETE",
  route: "app-store-server/retention-messaging/realtime-url",
  visibility: "advanced",
  input: {},
  title: "Deleted retention messaging URL",
  output: {},
  run: (_input, server) => server.write({ method: "DELETE", path: at }),
});
