import { notificationEvent } from "../app-store-server/notification-event.ts";
import { invalidInput } from "../errors.ts";
import { parseJws } from "../signed-payloads/index.ts";
import { jsonFields } from "./body.ts";
import { noCredential } from "./keys.ts";
import type { Verify } from "./source.ts";

/** Version 2 of App Store Server Notifications: `{ "signedPayload" }`. */
export const verifyNotification: Verify = async (incoming, { services, keys, signal, receivedAt }) => {
  const { signedPayload } = jsonFields(incoming);
  if (typeof signedPayload !== "string") {
    const message =
      "is required, a text that Apple signed. Notifications of version 1 have none: choose version 2 in App Store Connect.";
    throw invalidInput([{ field: "signedPayload", message }]);
  }
  // Form alone, before the vault is asked for anything.
  parseJws(signedPayload);
  const apps = await keys.apps(signal);
  if (apps.length === 0) throw noCredential("in-app-purchase");
  const decoded = await services.signedPayloads.decode(signedPayload, { apps, kinds: ["notification"] });
  return notificationEvent(decoded, receivedAt);
};
