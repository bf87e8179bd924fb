import { Refused } from "../../core/reply.ts";
import { statusReply } from "../errors.ts";

/** Calls a second, and calls that may come at once. Source: Adjust's page on the limits of the Report Service. */
const perSecond = 50;
const burst = 100;

/** A bucket that refills evenly, for the one address that the simulator is called from. */
export function createReportLimit(): (nowMs: number) => void {
  let tokens = burst;
  let at = 0;
  return (nowMs) => {
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - at) / 1_000) * perSecond);
    at = nowMs;
    if (tokens < 1) throw new Refused(statusReply(429), "more than 50 reports a second");
    tokens -= 1;
  };
}
