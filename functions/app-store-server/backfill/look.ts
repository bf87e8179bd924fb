import type { Services } from "../../scope.ts";
import { startDeadline } from "../../upstream/deadline.ts";
import { openAppStoreServer } from "../client.ts";
import { type Brought, bringPage, nothing, sum } from "./bring.ts";
import { earliestStart } from "./history-range.ts";
import {
  type Place,
  readWatermark,
  type StoredWatermark,
  saveWatermark,
  type Watermark,
} from "./watermark.ts";

const hourMs = 3_600_000;

/**
 * Each window begins so long before the end of the one before it: Apple does not say how soon a notification stands in
 * its history, and clocks differ.
 */
const overlapMs = 2 * hourMs;

/** Longest and shortest window. A long one takes fewer calls, a short one is read to its end by the busiest app. */
const maxWindowMs = 6 * hourMs;
const minWindowMs = 60_000;

/** One call of Apple's with its repetitions. */
const pageMs = 30_000;

/** What a look came to, filled in as it goes on, so that it tells of one that broke off too. */
export interface LookReport {
  /** Calls of Apple's. */
  asked: number;
  brought: Brought;
  reasons: Set<string>;
  /** Whether there is more that this look had no time for. */
  unfinished: boolean;
}

export function newReport(): LookReport {
  return { asked: 0, brought: nothing, reasons: new Set(), unfinished: false };
}

/**
 * Reads the history of one app in one environment from its mark until now, in windows, and brings what was missed in.
 *
 * The mark moves after each window that was read to its end and believed whole. Past one with something in it that is
 * not to be believed the look goes on, so that nothing else is missed for it, but the mark stays: it is read again, as
 * its reason may be a tag that is about to be put right.
 *
 * @param credential name of the one to ask with. @param endsAt no page is begun after it, in milliseconds.
 * @throws RelayError of the service or of storage; the mark then stands where the last whole window ended.
 */
export async function lookForMissed(
  services: Services,
  place: Place,
  credential: string,
  endsAt: number,
  report: LookReport,
): Promise<void> {
  const { runtime, configuration, events } = services;
  const until = runtime.now();
  const known = await readWatermark(events.progress, place);
  const begun: Watermark = {
    readTo: until - configuration.events.backfillHours * hourMs,
    windowMs: maxWindowMs,
    ...known,
    triedAt: until,
  };
  let mark = await saveWatermark(events.progress, place, begun, known?.etag);
  // What cannot be written down is left to whoever else is at it.
  const save = async (current: StoredWatermark, change: Partial<Watermark>) =>
    saveWatermark(events.progress, place, { ...current, ...change }, current.etag);
  let isHeld = false;
  for (let from = begun.readTo; mark && from < until; ) {
    const { windowMs } = mark;
    const endDate = Math.min(from + windowMs, until);
    const earliest = earliestStart(place.environment, until);
    const startDate = Math.max(from - Math.min(overlapMs, windowMs), earliest);
    const refusedBefore = report.brought.refused;
    if (startDate < endDate) {
      const window = { startDate, endDate };
      if (!(await readWindow(services, place, credential, window, endsAt, report))) {
        report.unfinished = true;
        await save(mark, { windowMs: Math.max(minWindowMs, Math.floor(windowMs / 2)) });
        return;
      }
    }
    isHeld ||= report.brought.refused > refusedBefore;
    from = endDate;
    if (!isHeld) mark = await save(mark, { readTo: endDate, windowMs: Math.min(maxWindowMs, 2 * windowMs) });
  }
}

/** @returns whether it was read to its end; false when time ran out. */
async function readWindow(
  services: Services,
  { bundleId, environment }: Place,
  credentialName: string,
  window: { startDate: number; endDate: number },
  endsAt: number,
  report: LookReport,
): Promise<boolean> {
  let token: string | undefined;
  do {
    if (services.runtime.now() >= endsAt) return false;
    const deadline = startDeadline(services.runtime, pageMs);
    try {
      const scope = { ...services, credentialName, deadline };
      const server = await openAppStoreServer(scope, bundleId, environment);
      report.asked += 1;
      const { brought, reasons, next } = await bringPage(services, server, window, token);
      report.brought = sum(report.brought, brought);
      for (const reason of reasons) report.reasons.add(reason);
      token = next;
    } finally {
      deadline.clear();
    }
  } while (token !== undefined);
  return true;
}
