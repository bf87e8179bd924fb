import { readFile } from "node:fs/promises";
import path from "node:path";

/** How queues are worked off: `extensions.queues` of host.json. */
export interface QueueSettings {
  /** Messages taken at once, 1 to 32. */
  batchSize: number;
  /** The next batch is fetched when no more than this many messages are running. */
  newBatchThreshold: number;
  /** How often a message is tried before it goes to the poison queue. */
  maxDequeueCount: number;
  /** How soon a message that failed is tried again, in seconds. */
  retrySeconds: number;
  /** Longest pause between two looks into an empty queue, in milliseconds. */
  maxPollingMs: number;
  messageEncoding: "base64" | "none";
}

/** The settings of host.json that this host acts on. */
export interface HostSettings {
  /** First segments of every route, without slashes at the ends; may be empty. */
  routePrefix: string;
  /** Requests in flight beyond which the answer is 429; Infinity when there is no limit. */
  maxOutstandingRequests: number;
  /** Headers added to every answer that does not have them itself. */
  customHeaders: Readonly<Record<string, string>>;
  queues: QueueSettings;
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
    queues: queueSettings(record(record(record(json).extensions).queues)),
  };
}

function queueSettings(queues: Readonly<Record<string, unknown>>): QueueSettings {
  const number = (value: unknown, otherwise: number) => (typeof value === "number" ? value : otherwise);
  const batchSize = Math.min(Math.max(number(queues.batchSize, 16), 1), 32);
  return {
    batchSize,
    newBatchThreshold: number(queues.newBatchThreshold, Math.floor(batchSize / 2)),
    maxDequeueCount: number(queues.maxDequeueCount, 5),
    retrySeconds: Math.ceil(milliseconds(queues.visibilityTimeout, 0) / 1_000),
    maxPollingMs: milliseconds(queues.maxPollingInterval, 60_000),
    messageEncoding: queues.messageEncoding === "none" ? "none" : "base64",
  };
}

/** A duration as host.json writes it, `hh:mm:ss` with a fraction if need be. */
function milliseconds(value: unknown, otherwise: number): number {
  const [, hours, minutes, seconds] = /^(\d\d):(\d\d):(\d\d(?:\.\d+)?)$/.exec(String(value)) ?? [];
  if (hours === undefined) return otherwise;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
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
