import { lookUp } from "../../look-up.ts";
import { list, text } from "../../schema.ts";

/** Types of event that App Store Connect is known to send. Source: Apple's OpenAPI file 4.4.1, `WebhookEventType`. */
const knownTypes: Readonly<Record<string, string>> = {
  ALTERNATIVE_DISTRIBUTION_PACKAGE_AVAILABLE_UPDATED: "Alternative distribution package available",
  ALTERNATIVE_DISTRIBUTION_PACKAGE_VERSION_CREATED: "Alternative distribution package version created",
  ALTERNATIVE_DISTRIBUTION_TERRITORY_AVAILABILITY_UPDATED: "Alternative distribution territories changed",
  APP_STORE_VERSION_APP_VERSION_STATE_UPDATED: "App version state changed",
  BACKGROUND_ASSET_VERSION_APP_STORE_RELEASE_STATE_UPDATED:
    "Background asset App Store release state changed",
  BACKGROUND_ASSET_VERSION_EXTERNAL_BETA_RELEASE_STATE_UPDATED:
    "Background asset external beta state changed",
  BACKGROUND_ASSET_VERSION_INTERNAL_BETA_RELEASE_CREATED: "Background asset internal beta release created",
  BACKGROUND_ASSET_VERSION_STATE_UPDATED: "Background asset version state changed",
  BETA_FEEDBACK_CRASH_SUBMISSION_CREATED: "Beta feedback: crash received",
  BETA_FEEDBACK_SCREENSHOT_SUBMISSION_CREATED: "Beta feedback: screenshot received",
  BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED: "External beta build state changed",
  BUILD_UPLOAD_STATE_UPDATED: "Build upload state changed",
};

/** Types of event that a webhook sends. */
export const eventTypes = list(
  "Event types",
  "What the webhook sends, such as APP_STORE_VERSION_APP_VERSION_STATE_UPDATED.",
  text("Event type", "Type of event, such as BUILD_UPLOAD_STATE_UPDATED.", {
    // Apple adds types: any word of their form goes through.
    pattern: "^[A-Z][A-Z0-9_]{0,127}$",
    form: "a type of event: capitals, digits and _",
    options: { operationId: "LookUpAppStoreConnectEventTypes" },
  }),
  { minItems: 1, maxItems: 100, visibility: "important" },
);

export const lookUpAppStoreConnectEventTypes = lookUp({
  id: "LookUpAppStoreConnectEventTypes",
  summary: "Look up event types of App Store Connect",
  description: "Fills the dropdown of the types of event that webhooks send.",
  route: "app-store-connect/look-ups/event-types",
  input: {},
  run: async () => Object.entries(knownTypes).map(([id, title]) => ({ id, title })),
});
