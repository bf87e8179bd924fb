import { isObject } from "../json.ts";

/** Kinds of payload that Apple signs and this relay reads. */
export type SignedKind = "transaction" | "renewalInfo" | "notification" | "appTransaction";

/** A payload as it was signed. */
export type SignedFields = Readonly<Record<string, unknown>>;

/**
 * The kind of a payload, by what only that kind has; undefined where there is no such member. Nothing says it outright,
 * and no guess is made: a payload that could be two kinds is none.
 */
export function kindOf(payload: SignedFields): SignedKind | undefined {
  const kinds: SignedKind[] = [];
  if (typeof payload.notificationUUID === "string" && typeof payload.notificationType === "string") {
    kinds.push("notification");
  }
  if (typeof payload.receiptType === "string" && typeof payload.receiptCreationDate === "number") {
    kinds.push("appTransaction");
  }
  if (typeof payload.transactionId === "string" && typeof payload.purchaseDate === "number") {
    kinds.push("transaction");
  }
  if (typeof payload.autoRenewStatus === "number" && typeof payload.originalTransactionId === "string") {
    kinds.push("renewalInfo");
  }
  return kinds.length === 1 ? kinds[0] : undefined;
}

/**
 * When a payload was signed, in milliseconds since the epoch; undefined where it does not say so. `NaN` where it says so
 * in a form that is no time.
 */
export function signedAt(kind: SignedKind, payload: SignedFields): number | undefined {
  const value = kind === "appTransaction" ? payload.receiptCreationDate : payload.signedDate;
  if (value === undefined) return undefined;
  return typeof value === "number" && Number.isFinite(value) ? value : Number.NaN;
}

/** Which app and environment a payload speaks of. */
export interface Subject {
  environment: string | undefined;
  bundleId: string | undefined;
  /** Apple ID of the app, where the payload has it. */
  appAppleId: string | undefined;
}

/** Members of a notification of which one says which app it is about. */
const notificationParts = ["data", "summary", "externalPurchaseToken", "appData"] as const;

/** Apple's external purchase tokens have no environment of their own; those of the sandbox begin with this. */
const sandboxToken = "SANDBOX";

/** What a payload says of its app and environment; undefined where a notification speaks of none. */
export function subjectOf(kind: SignedKind, payload: SignedFields): Subject | undefined {
  if (kind === "appTransaction") return subject(payload, payload.receiptType);
  if (kind !== "notification") return subject(payload, payload.environment);
  const named = notificationParts.filter((name) => isObject(payload[name]));
  const [name, ...others] = named;
  const part = name && payload[name];
  if (!isObject(part) || others.length > 0) return undefined;
  if (name !== "externalPurchaseToken") return subject(part, part.environment);
  const id = part.externalPurchaseId;
  const environment =
    typeof id !== "string" ? undefined : id.startsWith(sandboxToken) ? "Sandbox" : "Production";
  return subject(part, environment);
}

function subject(part: SignedFields, environment: unknown): Subject {
  const { bundleId, appAppleId } = part;
  return {
    environment: typeof environment === "string" ? environment : undefined,
    bundleId: typeof bundleId === "string" ? bundleId : undefined,
    appAppleId:
      typeof appAppleId === "number" || typeof appAppleId === "string" ? String(appAppleId) : undefined,
  };
}
