import type { ErrorDetail } from "../errors.ts";
import { deviceIdProblem } from "./device-id.ts";

/** An event as our operation takes it. */
export interface S2sEvent {
  appToken: string;
  eventToken: string;
  deviceIdType: string;
  deviceId: string;
  createdAt?: string;
  revenue?: number;
  currency?: string;
  environment?: string;
  ipAddress?: string;
  userAgent?: string;
  callbackParams?: Readonly<Record<string, string>>;
  partnerParams?: Readonly<Record<string, string>>;
}

const day = 86_400_000;

/** Adjust drops what is older. Source: its documentation of S2S events. */
const oldest = 58 * day;

/** An event of the future is a mistake; a clock that is a little ahead is not. */
const clockLeeway = 5 * 60_000;

/** The names of the form that are no device IDs, so that a type cannot take the place of another field. */
const reserved = new Set([
  "s2s",
  "app_token",
  "event_token",
  "created_at",
  "created_at_unix",
  "revenue",
  "currency",
  "environment",
  "ip_address",
  "user_agent",
  "callback_params",
  "partner_params",
]);

/** What is wrong with an event that no schema says. @param now milliseconds. */
export function eventProblems(event: S2sEvent, now: number): ErrorDetail[] {
  const problems: ErrorDetail[] = [];
  const add = (field: string, message: string) => problems.push({ field, message });
  if (reserved.has(event.deviceIdType)) add("deviceIdType", "is another field of an event, not a device ID.");
  const idProblem = deviceIdProblem("deviceId", event.deviceId);
  if (idProblem) problems.push(idProblem);
  const { createdAt, revenue, currency } = event;
  if (createdAt !== undefined) {
    const age = now - Date.parse(createdAt);
    if (age > oldest) add("createdAt", "must not be more than 58 days ago: Adjust drops older events.");
    if (age < -clockLeeway) add("createdAt", "must not be in the future.");
  }
  if (revenue !== undefined && currency === undefined) add("currency", "is required where revenue is given.");
  if (currency !== undefined && revenue === undefined) add("revenue", "is required where currency is given.");
  return problems;
}

/** The form that Adjust takes. Maps of texts are JSON in it, times are whole seconds. */
export function eventForm(event: S2sEvent): [string, string][] {
  const { createdAt, revenue, callbackParams, partnerParams } = event;
  const fields: Readonly<Record<string, string | undefined>> = {
    s2s: "1",
    app_token: event.appToken,
    event_token: event.eventToken,
    [event.deviceIdType]: event.deviceId,
    created_at_unix: createdAt === undefined ? undefined : String(Math.floor(Date.parse(createdAt) / 1000)),
    // Within its bounds a number is never written with an exponent.
    revenue: revenue === undefined ? undefined : String(revenue),
    currency: event.currency,
    environment: event.environment,
    ip_address: event.ipAddress,
    user_agent: event.userAgent,
    callback_params: callbackParams && JSON.stringify(callbackParams),
    partner_params: partnerParams && JSON.stringify(partnerParams),
  };
  return Object.entries(fields).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
}
