import * as Type from "typebox";
import type { ErrorDetail } from "../errors.ts";
import { adjustAppToken, bundleIdPattern, credentialPattern } from "../fields.ts";
import { choice, flag, list, secretText, text } from "../schema.ts";
import { storeIdProblem } from "./apps.ts";
import { ChannelSetup, channelSetupProblems, channelSetupWarnings } from "./channel-setup.ts";
import { oneLine } from "./names.ts";
import { OverrideSettings, overrideProblems, unknownOverrides } from "./override-settings.ts";

/** Kinds of credential whose secret verifies purchases on iOS. */
export const purchaseSecretKinds = ["app-store-shared-secret"] as const;

const advanced = { visibility: "advanced" } as const;
const important = { visibility: "important" } as const;

export const appName = text("Name", "Name of the app at Adjust.", {
  ...oneLine,
  maxLength: 255,
  ...important,
});

/** A bundle ID or a package name: Google allows underscores, Apple does not, which `checkAdjustApp` sees to. */
const bundleIdForm = {
  pattern: "^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*$",
  maxLength: 155,
  form: "a bundle ID: letters, digits, hyphens, underscores and full stops, such as com.example.game",
} as const;

const bundleId = text("Bundle ID", "Bundle ID of the app, such as com.example.game.", {
  ...bundleIdForm,
  ...important,
});

export const newBundleId = text("Bundle ID", "New bundle ID. Leave it empty to keep it.", bundleIdForm);

/** Fields of an app that is to be at Adjust. Source: Adjust's documentation of the app endpoint, in our spelling. */
export const adjustAppFields = {
  name: appName,
  bundleId,
  storeId: text("Store ID", "App Store ID on iOS, such as 1234567890; package name on Android.", {
    maxLength: 155,
    ...important,
  }),
  platform: choice("Platform", "Platform of the app.", ["ios", "android"], { anyCase: true, ...important }),
  templateAppToken: Type.Optional({
    ...adjustAppToken,
    "x-ms-summary": "Template app",
    description:
      "Token of the app that settings are copied from. Leave it empty for the account's own template.",
    "x-ms-visibility": "advanced",
  }),
  sections: Type.Optional(
    list(
      "Sections",
      "Sections of the settings to copy, such as partners or events. Leave it empty for all.",
      text("Section", "Name of a section, as Adjust spells it.", { maxLength: 100 }),
      advanced,
    ),
  ),
  forceUpdate: Type.Optional(
    flag("Force update", "Whether settings are copied even if nothing has changed.", advanced),
  ),
  channelSetup: Type.Optional(ChannelSetup),
  keepChannelSetup: Type.Optional(
    flag(
      "Keep channel setup",
      "Whether partners stay that the app has at Adjust and that are not sent here. What is sent goes before.",
      advanced,
    ),
  ),
  overrideSettings: Type.Optional(OverrideSettings),
  editors: Type.Optional(
    list(
      "Editors",
      "E-mail addresses of custom users who may edit the app.",
      text("Editor", "E-mail address of a user.", {
        pattern: "^[^\\s@]+@[^\\s@]+$",
        form: "an e-mail address",
        maxLength: 254,
      }),
      advanced,
    ),
  ),
  purchaseSecretCredential: Type.Optional(
    text(
      "Purchase secret credential",
      "Name of the credential that holds the app's shared secret for verifying purchases on iOS.",
      {
        pattern: credentialPattern,
        form: "the name of a credential: up to 127 letters, digits and hyphens",
        options: {
          operationId: "LookUpCredentials",
          parameters: { kinds: { value: purchaseSecretKinds.join(",") } },
        },
        ...advanced,
      },
    ),
  ),
  purchaseSecret: Type.Optional(
    secretText(
      "Purchase secret",
      "The shared secret itself, where it is no credential. It is sent on and never answered.",
      advanced,
    ),
  ),
  verification: Type.Optional(
    flag("Verification", "Whether the iOS app is verified, for accounts that have this enabled.", advanced),
  ),
};

/** One app of many, as a row. */
export const AdjustAppRow = Type.Object(adjustAppFields, {
  additionalProperties: false,
  title: "Adjust app to be",
});

/** An app that passed the schema. */
export type AdjustAppInput = Type.Static<typeof AdjustAppRow>;

/** Names of sections that Adjust documents, or answers with. The list is open. */
const knownSections = [
  "app_info",
  "attribution_settings",
  "callbacks",
  "events",
  "fraud_prevention_settings",
  "partners",
  "signature",
  "trackers",
];

/**
 * The rules that a schema cannot say.
 *
 * @returns `problems`, each with its field, that forbid sending the app; `warnings` in sentences, with which it is sent.
 */
export function checkAdjustApp(app: AdjustAppInput): { problems: ErrorDetail[]; warnings: string[] } {
  const { storeId, bundleId, platform, sections = [], channelSetup = {}, overrideSettings = {} } = app;
  const storeProblem = storeIdProblem(storeId, platform);
  const bundleProblem = platform === "ios" ? iosBundleIdProblem(bundleId) : undefined;
  const problems = [
    ...(storeProblem ? [storeProblem] : []),
    ...(bundleProblem ? [bundleProblem] : []),
    ...channelSetupProblems(channelSetup),
    ...overrideProblems(overrideSettings, platform),
    ...secretProblems(app),
  ];
  const warnings = [
    ...(platform === "android" && storeId !== bundleId
      ? [`The store ID ${storeId} is not the bundle ID ${bundleId}. On Android both are the package name.`]
      : []),
    ...sections
      .filter((name) => !knownSections.includes(name))
      .map((name) => `The section ${name} is not known here and is sent as it is.`),
    ...channelSetupWarnings(channelSetup),
    ...unknownOverrides(overrideSettings).map(
      (name) => `overrideSettings.${name} is not a section that is known here and is sent as it is.`,
    ),
    ...(platform === "android" && app.verification ? ["Verification applies to iOS apps only."] : []),
  ];
  return { problems, warnings };
}

/** What is wrong with a bundle ID where it is Apple's. */
export function iosBundleIdProblem(bundleId: string): ErrorDetail | undefined {
  return new RegExp(bundleIdPattern).test(bundleId)
    ? undefined
    : { field: "bundleId", message: "must be a bundle ID: iOS has no underscores in them." };
}

/** An Apple secret has no business at an Android app: it is refused before it leaves. */
function secretProblems({
  platform,
  purchaseSecret,
  purchaseSecretCredential,
}: AdjustAppInput): ErrorDetail[] {
  const given = { purchaseSecretCredential, purchaseSecret };
  const fields = Object.entries(given).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  if (platform === "android") {
    return fields.map((field) => ({ field, message: "is for iOS apps only: leave it out on Android." }));
  }
  return fields.length < 2
    ? []
    : [
        {
          field: "purchaseSecret",
          message: "must be empty where purchaseSecretCredential names the secret.",
        },
      ];
}
