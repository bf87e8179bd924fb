import * as Type from "typebox";
import type { ErrorDetail } from "../errors.ts";
import { flag, list, text } from "../schema.ts";

/** The signature section, in our spelling. Source: Adjust's documentation of the app endpoint, "Override signature". */
const SignatureOverride = Type.Object(
  {
    androidSignatureHash: Type.Optional(
      list(
        "Android signature hashes",
        "SHA-1 fingerprints of the app's certificates, such as AA:BB:CC and so on, 20 bytes each.",
        text("Fingerprint", "20 bytes in upper-case hexadecimal with colons between them.", {
          maxLength: 200,
        }),
      ),
    ),
    enforceSignature: Type.Optional(
      flag("Enforce signature", "Whether installs without a valid signature are refused."),
    ),
  },
  {
    additionalProperties: false,
    title: "Signature override",
    "x-ms-summary": "Signature",
    description: "Signature settings of an Android app, in place of the template's.",
  },
);

/** Sections that Adjust documents for overriding; its documentation calls some of them by this name only. */
const knownSections = [
  "attribution_settings",
  "callbacks",
  "csv_upload_settings",
  "events",
  "external_data_forwarding",
  "fraud_prevention_settings",
  "ios_14",
  "partners",
  "purchase_verification",
  "sdk_secrets",
  "signature",
  "trackers",
];

/** What is taken from here and not from the template app; sections but `signature` pass as Adjust spells them. */
export const OverrideSettings = Type.Object(
  { signature: Type.Optional(SignatureOverride) },
  {
    additionalProperties: true,
    title: "Override settings",
    "x-ms-summary": "Override settings",
    description:
      "Settings that are taken from here and not from the template app. Sections other than signature are spelled as Adjust spells them.",
    "x-ms-visibility": "advanced",
  },
);

/** What the schema lets through. */
export type Overrides = Readonly<Type.Static<typeof OverrideSettings>>;

/** 20 bytes. Source: Adjust's examples of `android_signature_hash`. */
const sha1 = /^[0-9A-F]{2}(:[0-9A-F]{2}){19}$/;

/** What is wrong with overrides that their schema cannot say. */
export function overrideProblems({ signature }: Overrides, platform: "ios" | "android"): ErrorDetail[] {
  if (!signature) return [];
  const field = "overrideSettings.signature";
  if (platform === "ios") {
    return [{ field, message: "is for Android apps only: leave it out on iOS." }];
  }
  return (signature.androidSignatureHash ?? []).flatMap((hash, index): ErrorDetail[] => {
    const message = hashProblem(hash);
    return message ? [{ field: `${field}.androidSignatureHash[${index}]`, message }] : [];
  });
}

/** A fingerprint is refused, never rewritten: what is stored at Adjust is what the caller meant. */
function hashProblem(hash: string): string | undefined {
  if (sha1.test(hash)) return undefined;
  const upper = hash.toUpperCase();
  if (sha1.test(upper)) return "must be in upper case, as AA:BB:CC.";
  const digits = upper.replaceAll(":", "");
  if (/^[0-9A-F]{64}$/.test(digits)) {
    return "has 32 bytes: this looks like SHA-256. Send the SHA-1 fingerprint, which has 20.";
  }
  if (/^[0-9A-F]{40}$/.test(digits)) return "must have a colon after every byte, as AA:BB:CC.";
  return "must be a SHA-1 fingerprint: 20 bytes in upper-case hexadecimal with colons between them.";
}

/** Names of sections that are not known and are sent all the same. */
export function unknownOverrides(overrides: Overrides): string[] {
  return Object.keys(overrides).filter((name) => !knownSections.includes(name));
}

/** Overrides in Adjust's spelling. */
export function overridesToAdjust({ signature, ...sections }: Overrides): Record<string, unknown> {
  return {
    ...sections,
    ...(signature && {
      signature: {
        ...(signature.androidSignatureHash && { android_signature_hash: signature.androidSignatureHash }),
        ...(signature.enforceSignature !== undefined && { enforce_signature: signature.enforceSignature }),
      },
    }),
  };
}
