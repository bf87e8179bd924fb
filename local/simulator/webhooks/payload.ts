import type { JsonObject } from "../core/json.ts";

/** What a type of event says: the attributes that it has beside the time, and what it is about. */
interface Sample {
  attributes?: JsonObject;
  /** Type of the resource that it is about; absent: its payload names none. */
  instance?: string;
  /** Without `version`, and with the resource outside of `data`, as Apple's samples of these events have it. */
  flat?: boolean;
}

/**
 * Types of event that webhooks can be asked for, each with what it says. Source: `WebhookEventType` of Apple's OpenAPI
 * file 4.4.1, and the samples on Apple's page about webhook events.
 */
const samples: Readonly<Record<string, Sample>> = {
  ALTERNATIVE_DISTRIBUTION_PACKAGE_AVAILABLE_UPDATED: {
    attributes: { available: true, territories: ["DNK", "IRL", "NLD"] },
  },
  ALTERNATIVE_DISTRIBUTION_PACKAGE_VERSION_CREATED: { instance: "alternativeDistributionPackageVersions" },
  ALTERNATIVE_DISTRIBUTION_TERRITORY_AVAILABILITY_UPDATED: {
    attributes: { available: true, territories: ["DNK"] },
  },
  APP_STORE_VERSION_APP_VERSION_STATE_UPDATED: {
    attributes: { newValue: "READY_FOR_DISTRIBUTION", oldValue: "PENDING_DEVELOPER_RELEASE" },
    instance: "appStoreVersions",
  },
  BACKGROUND_ASSET_VERSION_APP_STORE_RELEASE_STATE_UPDATED: {
    attributes: { newState: "READY_FOR_DISTRIBUTION", oldState: "PENDING_DEVELOPER_RELEASE" },
    instance: "backgroundAssetVersionAppStoreReleases",
    flat: true,
  },
  BACKGROUND_ASSET_VERSION_EXTERNAL_BETA_RELEASE_STATE_UPDATED: {
    attributes: { newState: "READY_FOR_TESTING", oldState: "IN_REVIEW" },
    instance: "backgroundAssetVersionExternalBetaReleases",
    flat: true,
  },
  BACKGROUND_ASSET_VERSION_INTERNAL_BETA_RELEASE_CREATED: {
    instance: "backgroundAssetVersionInternalBetaReleases",
    flat: true,
  },
  BACKGROUND_ASSET_VERSION_STATE_UPDATED: {
    attributes: { newState: "COMPLETE", oldState: "PROCESSING" },
    instance: "backgroundAssetVersions",
    flat: true,
  },
  BETA_FEEDBACK_CRASH_SUBMISSION_CREATED: { instance: "betaFeedbackCrashSubmissions" },
  BETA_FEEDBACK_SCREENSHOT_SUBMISSION_CREATED: { instance: "betaFeedbackScreenshotSubmissions" },
  BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED: {
    attributes: { newExternalBuildState: "READY_FOR_BETA_TESTING", oldExternalBuildState: "IN_BETA_REVIEW" },
    instance: "buildBetaDetails",
  },
  BUILD_UPLOAD_STATE_UPDATED: {
    attributes: { newState: "COMPLETE", oldState: "PROCESSING" },
    instance: "buildUploads",
  },
};

/** Types of event that a webhook can be asked for. */
export const webhookEventTypes = Object.keys(samples);

/** The event that a ping makes. No webhook asks for it; each gets it. */
export const pingType = "WEBHOOK_PING_CREATED";

/** The word of payloads for a type of event: `BUILD_UPLOAD_STATE_UPDATED` is `buildUploadStateUpdated` there. */
export function payloadType(type: string): string {
  return type.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The body that a webhook sends. A type that Apple may add one day says when it happened, and nothing else. */
export function webhookPayload(
  type: string,
  facts: { id: string; appId: string; instanceId: string; at: string; attributes?: JsonObject },
): JsonObject {
  const { attributes, instance, flat = false } = samples[type] ?? {};
  const app = type.startsWith("ALTERNATIVE_") ? { appId: facts.appId } : {};
  const about = instance === undefined ? undefined : { type: instance, id: facts.instanceId };
  return {
    data: {
      type: payloadType(type),
      id: facts.id,
      ...(!flat && { version: 1 }),
      attributes: { ...attributes, ...app, timestamp: facts.at, ...facts.attributes },
      ...(about && {
        relationships: {
          instance: {
            ...(flat ? about : { data: about }),
            links: {
              self: `https://api.appstoreconnect.apple.com/v1/${about.type}/${about.id}`,
            },
          },
        },
      }),
    },
  };
}
