import type { IncomingHttpHeaders } from "node:http";
import type { ServiceName } from "./service-name.ts";

/** One request that reached the simulator, exactly as it came. */
export interface RecordedRequest {
  service: ServiceName;
  method: string;
  /** Request target as sent: path and query, not normalised. */
  url: string;
  headers: IncomingHttpHeaders;
  /** Names and values alternating, in the order and case sent. */
  rawHeaders: readonly string[];
  /** Empty until the body was read whole. */
  body: Buffer;
  /** Status of the answer; absent while pending or when the connection was broken before one. */
  status?: number;
  /** Kinds of the faults that acted on it. */
  faults: readonly string[];
}

/**
 * Keeps the last requests. Bounded, so that a benchmark of 100,000 calls does not measure this list: when twice the
 * number to keep is reached, the older half goes.
 */
export function createRequestLog(keep: number) {
  const requests: RecordedRequest[] = [];
  return {
    requests,
    add(request: RecordedRequest): void {
      if (keep === 0) return;
      requests.push(request);
      if (requests.length >= keep * 2) requests.splice(0, requests.length - keep);
    },
  };
}
