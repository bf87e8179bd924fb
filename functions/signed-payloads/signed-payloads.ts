import { verify } from "node:crypto";
import { isObject } from "../json.ts";
import type { Runtime } from "../runtime.ts";
import { verifyChain } from "./chain.ts";
import { createChainCache } from "./chain-cache.ts";
import { checkClaims, type ExpectedClaims, type ProvenClaims, type SignedEnvironment } from "./claims.ts";
import { SignatureFault } from "./fault.ts";
import { friendly, isoDate } from "./friendly.ts";
import { parseJws, parseObject } from "./jws.ts";
import { kindOf, type SignedFields, type SignedKind, signedAt } from "./kind.ts";
import { createRevocationCheck, type Revocation } from "./revocation.ts";
import { hasAccess } from "./texts.ts";

/** A payload that was verified, as makers can use it. */
export interface DecodedPayload {
  kind: SignedKind;
  environment: SignedEnvironment;
  /** Undefined for renewal info, which names no app: any developer's is signed alike. */
  bundleId: string | undefined;
  /** ISO 8601; undefined where the payload does not say it. */
  signedDate: string | undefined;
  /** Its members, with times, money and codes as in `friendly`; a notification's inner payloads are decoded too. */
  payload: Record<string, unknown>;
}

/** What a payload has to be. */
export interface Expected extends ExpectedClaims {
  /** Absent: any kind. */
  kinds?: readonly SignedKind[];
}

/** Verification of what Apple signs, with the chains that were verified before. */
export interface SignedPayloads {
  /**
   * @throws SignatureFault with the rule that was not met; RelayError `upstream_unavailable` where revocation is to be
   *   checked, and nobody can say.
   */
  decode(jws: string, expected: Expected): Promise<DecodedPayload>;
}

/** How far a date of a certificate may be off, in milliseconds: clocks of Apple's own differ. */
const toleranceMs = 60_000;

/** Members of a notification that are signed payloads themselves, where they stand, and what they become. */
const inner = [
  { part: "data", signed: "signedTransactionInfo", decoded: "transaction", kind: "transaction" },
  { part: "data", signed: "signedRenewalInfo", decoded: "renewalInfo", kind: "renewalInfo" },
  { part: "appData", signed: "signedAppTransactionInfo", decoded: "appTransaction", kind: "appTransaction" },
] as const;

/**
 * @param options.fingerprints SHA-256 of the trusted roots, in lower-case hexadecimal.
 * @param options.revocation how certificates are checked for having been revoked; absent: they are not.
 */
export function createSignedPayloads(options: {
  fingerprints: ReadonlySet<string>;
  runtime: Pick<Runtime, "now">;
  revocation?: Revocation | undefined;
}): SignedPayloads {
  const { fingerprints, runtime, revocation } = options;
  const chainOf = createChainCache((certificates) => verifyChain(certificates, fingerprints));
  const checkRevocation = revocation && createRevocationCheck(revocation, runtime);

  async function decode(jws: string, expected: Expected): Promise<DecodedPayload> {
    const parts = parseJws(jws);
    const fields = parseObject(parts.payload);
    const kind = fields && kindOf(fields);
    if (!fields || !kind) throw new SignatureFault("It is none of the kinds of payload that are known here.");
    if (expected.kinds && !expected.kinds.includes(kind)) {
      throw new SignatureFault(`It is of the kind ${kind}, which is not what belongs here.`);
    }
    const signed = signedAt(kind, fields) ?? runtime.now();
    if (Number.isNaN(signed)) throw new SignatureFault("The time at which it was signed is not a number.");
    // Nobody says of a certificate that is over whether it was revoked.
    const at = checkRevocation ? runtime.now() : signed;
    const { chain, keep } = chainOf(parts.certificates);
    if (at < chain.from - toleranceMs || at > chain.until + toleranceMs) {
      throw new SignatureFault(
        `Its certificates ${checkRevocation ? "are not valid now" : "were not valid when it was signed"}.`,
      );
    }
    const key = { key: chain.leafKey, dsaEncoding: "ieee-p1363" as const };
    if (!verify("sha256", Buffer.from(parts.signingInput), key, parts.signature)) {
      throw new SignatureFault("Its signature does not fit what it says.");
    }
    keep();
    const proven = checkClaims(kind, fields, expected);
    // Last: nobody is asked for the sake of what is refused anyway.
    if (checkRevocation) await checkRevocation(chain);
    const signedDate = isoDate(signedAt(kind, fields));
    return {
      kind,
      ...proven,
      signedDate: typeof signedDate === "string" ? signedDate : undefined,
      payload: kind === "notification" ? await notification(fields, expected.apps, proven) : friendly(fields),
    };
  }

  /** A notification with what is signed inside it decoded, which is of the same app. One that fails refuses all. */
  async function notification(
    fields: SignedFields,
    apps: ExpectedClaims["apps"],
    { environment, bundleId }: ProvenClaims,
  ): Promise<Record<string, unknown>> {
    const made = friendly(fields);
    const claims = { environment, apps: apps.filter((app) => app.bundleId === bundleId) };
    for (const { part, signed, decoded, kind } of inner) {
      const holder = made[part];
      if (!isObject(holder) || !(signed in holder)) continue;
      const { [signed]: jws, ...plain } = holder;
      if (typeof jws !== "string") throw new SignatureFault("What it holds inside is not a signed payload.");
      made[part] = { ...plain, [decoded]: (await decode(jws, { ...claims, kinds: [kind] })).payload };
    }
    const { data } = fields;
    if (isObject(data) && typeof data.status === "number") {
      made.data = { ...Object(made.data), hasAccess: hasAccess(data.status) };
    }
    return made;
  }

  return { decode };
}
