import * as Type from "typebox";
import { bundleId } from "../../fields.ts";
import { operation, type TypedOperation } from "../../operation.ts";
import { choice, list, text, words } from "../../schema.ts";
import type { Scope } from "../../scope.ts";
import { contentOf } from "../content.ts";
import type { EventSource } from "../event.ts";
import { loadWork } from "../load-work.ts";
import type { EventFilters } from "../subscription.ts";

async function subscribe(scope: Scope, source: EventSource, url: string, filters: EventFilters) {
  return (await loadWork()).subscribe(scope, source, url, filters);
}

/** Values of one filter: as many as anybody would choose by hand, and no more than fit into a row. */
const maxValues = 100;

const notificationUrl = text("Callback URL", "Address of the flow. It is filled in by itself.", {
  minLength: 1,
  visibility: "internal",
});

const types = (source: EventSource, example: string) =>
  Type.Optional(
    list(
      "Types",
      "Only events of these types. Leave it empty for all.",
      text("Type", `Type of the event, such as ${example}.`, {
        maxLength: 256,
        options: { operationId: "LookUpEventTypes", parameters: { source: { value: source } } },
      }),
      { maxItems: maxValues },
    ),
  );

const bundleIds = Type.Optional(
  list(
    "Bundle IDs",
    "Only events of the apps with these bundle IDs. Leave it empty for all.",
    { ...bundleId, dropdown: { operationId: "LookUpBundleIds" } },
    { maxItems: maxValues },
  ),
);

const environment = Type.Optional(
  choice("Environment", "Only events of this environment. Leave it empty for both.", [
    "production",
    "sandbox",
  ]),
);

const output = Type.Object({
  subscriptionId: words("Subscription ID", "ID of the subscription, as ListEventSubscriptions has it."),
});

export const subscribeToAppStoreNotifications: TypedOperation = operation({
  id: "SubscribeToAppStoreNotifications",
  summary: "When an App Store notification arrives",
  description:
    "This operation triggers when Apple sends an App Store Server Notification, such as for a refund, a renewal or an expired subscription.",
  method: "POST",
  route: "event-subscriptions/app-store-server",
  input: {
    notificationUrl,
    types: types("app-store-server", "REFUND"),
    subtypes: Type.Optional(
      list(
        "Subtypes",
        "Only events of these subtypes. Leave it empty for all.",
        text("Subtype", "Subtype of the event, such as VOLUNTARY.", { maxLength: 256 }),
        { maxItems: maxValues, visibility: "advanced" },
      ),
    ),
    bundleIds,
    environment,
    productIds: Type.Optional(
      list(
        "Product IDs",
        "Only events about these products. Leave it empty for all.",
        text("Product ID", "Product ID, such as com.example.calm.yearly.", { maxLength: 256 }),
        { maxItems: maxValues },
      ),
    ),
  },
  output,
  trigger: {
    callback: "notificationUrl",
    content: contentOf["app-store-server"],
    hint: "To see it work now, ask Apple for a test notification with RequestTestNotification, or refund a sandbox purchase.",
  },
  run: ({ notificationUrl: url, ...filters }, scope) => subscribe(scope, "app-store-server", url, filters),
});

export const subscribeToAppStoreConnectEvents: TypedOperation = operation({
  id: "SubscribeToAppStoreConnectEvents",
  summary: "When App Store Connect reports an event",
  description:
    "This operation triggers when a webhook of App Store Connect reports an event, such as a new state of a version, a build or beta feedback.",
  method: "POST",
  route: "event-subscriptions/app-store-connect",
  input: {
    notificationUrl,
    types: types("app-store-connect", "BUILD_UPLOAD_STATE_UPDATED"),
    bundleIds,
  },
  output,
  trigger: {
    callback: "notificationUrl",
    content: contentOf["app-store-connect"],
    hint: "To see it work now, let App Store Connect send a test delivery of the webhook, or upload a build.",
  },
  run: ({ notificationUrl: url, ...filters }, scope) => subscribe(scope, "app-store-connect", url, filters),
});

export const subscribeToAdjustCallbacks: TypedOperation = operation({
  id: "SubscribeToAdjustCallbacks",
  summary: "When an Adjust callback arrives",
  description:
    "This operation triggers when Adjust calls back for an activity, such as an install or an event of an app.",
  method: "POST",
  route: "event-subscriptions/adjust",
  input: { notificationUrl, types: types("adjust", "install"), bundleIds, environment },
  output,
  trigger: {
    callback: "notificationUrl",
    content: contentOf.adjust,
    hint: "To see it work now, trigger an activity with a test device for which a callback is set up at Adjust.",
  },
  run: ({ notificationUrl: url, ...filters }, scope) => subscribe(scope, "adjust", url, filters),
});
