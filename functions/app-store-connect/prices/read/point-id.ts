import { isObject } from "../../../json.ts";

/** What Apple's ID of a price point says: base64url of this as JSON, in this order. Observed, not documented. */
export interface PointCode {
  /** Apple ID of the item: a point belongs to no other. */
  s: string;
  /** Territory. */
  t: string;
  /** Apple's code of the price. The same price has another code in another territory. */
  p: string;
}

/** What Apple's ID of a price says: its price point, and its days in UNIX seconds at Pacific midnight, 0 for open. */
export interface PriceCode extends PointCode {
  sd: number;
  ed: number;
}

/** The ID of a price point, as Apple writes it. */
export function encodePointId({ s, t, p }: PointCode): string {
  return Buffer.from(JSON.stringify({ s, t, p })).toString("base64url");
}

/**
 * What a price point's ID says; undefined for an ID of any other make. Only an ID that is encoded again to the very
 * same text counts, so that IDs which are built in this way are those that Apple would have given.
 */
export function decodePointId(id: string): PointCode | undefined {
  const { s, t, p } = members(id) ?? {};
  if (typeof s !== "string" || typeof t !== "string" || typeof p !== "string") return undefined;
  return encodePointId({ s, t, p }) === id ? { s, t, p } : undefined;
}

/** What a price's ID says; undefined for an ID of any other make. */
export function decodePriceId(id: string): PriceCode | undefined {
  const { s, t, p, sd, ed } = members(id) ?? {};
  if (typeof s !== "string" || typeof t !== "string" || typeof p !== "string") return undefined;
  return typeof sd === "number" && typeof ed === "number" ? { s, t, p, sd, ed } : undefined;
}

function members(id: string): Record<string, unknown> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(id, "base64url").toString("utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
