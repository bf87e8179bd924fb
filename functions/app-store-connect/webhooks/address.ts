import { applePattern } from "../../patterns.ts";

/** Route of the function that takes what App Store Connect's webhooks send. */
export const webhookRoute = "events/app-store-connect";

/** What the address of a webhook says of it: which secret it was given is derived from both. */
export interface WebhookMark {
  /** Apple ID of the app. */
  appId: string;
  /** 1, 2, …: each rotation is the next one. */
  generation: number;
}

/** Rotations that a webhook can live through: once a minute for centuries. */
const generationForm = /^[1-9]\d{0,8}$/;
const appForm = new RegExp(applePattern);

/** The address that a webhook of this relay's making has. */
export function webhookUrl(origin: string, { appId, generation }: WebhookMark): string {
  return `${origin}/api/${webhookRoute}?app=${appId}&generation=${generation}`;
}

/** The generation of an app's webhook of this relay's making; undefined for any other address. */
export function generationOf(url: string | undefined, origin: string, appId: string): number | undefined {
  const parsed = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  const mark = parsed && readMark([...parsed.searchParams]);
  return mark?.appId === appId && url === webhookUrl(origin, mark) ? mark.generation : undefined;
}

/**
 * What the query of an address says.
 *
 * @returns null where there is no query, as at the address of a webhook made by hand; undefined for any other query.
 */
export function readMark(query: readonly (readonly [string, string])[]): WebhookMark | null | undefined {
  if (query.length === 0) return null;
  const given = new Map(query);
  const appId = given.get("app") ?? "";
  const generation = given.get("generation") ?? "";
  const right = query.length === 2 && appForm.test(appId) && generationForm.test(generation);
  return right ? { appId, generation: Number(generation) } : undefined;
}
