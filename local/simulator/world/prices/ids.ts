import { isJsonObject, parseJson } from "../../core/json.ts";
import { pacificMidnight } from "./pacific.ts";

/** What the id of a price point says. */
export interface PointFacts {
  /** Apple ID of the app or product. */
  item: string;
  territory: string;
  code: number;
}

/** Marks ids that say nothing to who reads them. Not a beginning that base64url of JSON can have. */
const opaqueMark = "0pq-";

function turned(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ 0xa5));
}

function conceal(json: string, opaque: boolean): string {
  const bytes = Buffer.from(json);
  if (!opaque) return bytes.toString("base64url");
  return `${opaqueMark}${turned(bytes).toString("hex")}`;
}

function reveal(id: string): string {
  if (!id.startsWith(opaqueMark)) return Buffer.from(id, "base64url").toString("utf8");
  return turned(Buffer.from(id.slice(opaqueMark.length), "hex")).toString("utf8");
}

/** Base64url of compact JSON, as Apple makes the ids of price points; or, on demand, one that can not be decoded. */
export function pointId({ item, territory, code }: PointFacts, opaque: boolean): string {
  return conceal(`{"s":"${item}","t":"${territory}","p":"${code}"}`, opaque);
}

/** A point's facts from an id that is exactly as the simulator writes it; undefined for any other text. */
export function readPointId(id: string): PointFacts | undefined {
  const json = parseJson(reveal(id));
  if (!isJsonObject(json)) return undefined;
  const { s: item, t: territory, p } = json;
  if (typeof item !== "string" || typeof territory !== "string" || typeof p !== "string") return undefined;
  if (!/^\d{5,6}$/.test(p)) return undefined;
  const facts = { item, territory, code: Number(p) };
  return pointId(facts, id.startsWith(opaqueMark)) === id ? facts : undefined;
}

/** The item that the id of a point or of a price is of; undefined for a text that is no id. */
export function itemOfId(id: string): string | undefined {
  const json = parseJson(reveal(id));
  return isJsonObject(json) && typeof json.s === "string" ? json.s : undefined;
}

function seconds(day: string | null): string {
  return day === null ? "0.0" : `${pacificMidnight(day)}.0`;
}

/** The id of a price: a point's, with start and end in seconds at midnight in US Pacific time, 0.0 for none. */
export function priceId(
  { item, territory, code }: PointFacts,
  startDate: string | null,
  endDate: string | null,
  opaque: boolean,
): string {
  const days = `"sd":${seconds(startDate)},"ed":${seconds(endDate)}`;
  return conceal(`{"s":"${item}","t":"${territory}","p":"${code}",${days}}`, opaque);
}
