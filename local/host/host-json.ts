import { readFile } from "node:fs/promises";
import path from "node:path";

/** The settings of host.json that this host acts on. */
export interface HostSettings {
  /** First segments of every route, without slashes at the ends; may be empty. */
  routePrefix: string;
  /** Requests in flight beyond which the answer is 429; Infinity when there is no limit. */
  maxOutstandingRequests: number;
  /** Headers added to every answer that does not have them itself. */
  customHeaders: Readonly<Record<string, string>>;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** Picks the settings out of a parsed host.json; what is absent has the Functions host's own default. */
export function hostSettings(json: unknown): HostSettings {
  const http = record(record(record(json).extensions).http);
  const { routePrefix, maxOutstandingRequests } = http;
  return {
    routePrefix: (typeof routePrefix === "string" ? routePrefix : "api").replace(/^\/+|\/+$/g, ""),
    // The host writes "no limit" as -1.
    maxOutstandingRequests:
      typeof maxOutstandingRequests === "number" && maxOutstandingRequests >= 0
        ? maxOutstandingRequests
        : Number.POSITIVE_INFINITY,
    customHeaders: Object.fromEntries(
      Object.entries(record(http.customHeaders)).map(([name, value]) => [name, String(value)]),
    ),
  };
}

/**
 * Reads host.json of a function app's folder. A folder without one gets the defaults, as in Azure.
 *
 * @throws Error when the file cannot be read or is no JSON.
 */
export async function readHostJson(appFolder: string): Promise<HostSettings> {
  const file = path.join(appFolder, "host.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") {
      return hostSettings({});
    }
    throw new Error(`${file} cannot be read.`, { cause: error });
  }
  try {
    return hostSettings(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file} is not valid JSON.`, { cause: error });
  }
}
