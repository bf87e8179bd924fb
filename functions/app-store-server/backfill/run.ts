import { eachOf } from "../../credentials/each-of.ts";
import { RelayError } from "../../errors.ts";
import { describeFault } from "../../jobs/record.ts";
import { logLine } from "../../log.ts";
import type { Services } from "../../scope.ts";
import { startDeadline } from "../../upstream/deadline.ts";
import { lookForMissed, newReport } from "./look.ts";
import { type Place, placeKey, readTries } from "./watermark.ts";

/** Times of a run, in milliseconds. */
export interface RunTimes {
  /** A run takes so long at most, and half a minute for what is under way: a function has ten minutes. */
  runMs: number;
  /** One app has so long, so that a busy one leaves room for the others. */
  lookMs: number;
}

const defaultTimes: RunTimes = { runMs: 8 * 60_000, lookMs: 4 * 60_000 };

/** Listing credentials asks the vault. */
const vaultMs = 30_000;

/** What a run came to. */
export interface RunReport {
  /** Apps, each counted once an environment. */
  looks: number;
  /** Calls of Apple's. */
  asked: number;
  read: number;
  /** Stored by this run. */
  new: number;
  refused: number;
  /** Looks that broke off. */
  failed: number;
  /** Looks that had no time, or not enough. They go on with the next run. */
  unfinished: number;
}

/** A place to be looked at, and the credentials that serve its app. */
interface Look extends Place {
  credentials: readonly string[];
}

/**
 * Asks Apple's history for what was not received, for each app of each in-app purchase credential in both environments,
 * a few at once and those first that nobody has looked at for longest.
 *
 * What fails for one is logged and stops no other.
 *
 * @throws RelayError where the vault or storage is away as a whole.
 */
export async function backfillEvents(
  services: Services,
  log: (line: string) => void,
  times = defaultTimes,
): Promise<RunReport> {
  const { runtime } = services;
  const report = { looks: 0, asked: 0, read: 0, new: 0, refused: 0, failed: 0, unfinished: 0 };
  if (services.configuration.events.backfillHours === 0) return report;
  const runEnd = runtime.now() + times.runMs;
  const background = { ...services, upstream: services.upstream.background() };
  const looks = await findLooks(services);
  report.looks = looks.length;
  await eachOf(looks, looks.length, undefined, async (look) => {
    const now = runtime.now();
    if (now >= runEnd) {
      report.unfinished += 1;
      return;
    }
    const { asked, brought, unfinished, failed } = await lookWithAny(
      background,
      look,
      Math.min(runEnd, now + times.lookMs),
      log,
    );
    report.asked += asked;
    report.read += brought.read;
    report.new += brought.stored;
    report.refused += brought.refused;
    report.failed += failed ? 1 : 0;
    report.unfinished += unfinished ? 1 : 0;
  });
  return report;
}

async function findLooks({ credentials, runtime, events }: Services): Promise<Look[]> {
  const deadline = startDeadline(runtime, vaultMs);
  try {
    const usable = (await credentials.list(deadline.signal)).filter(({ kind }) => kind === "in-app-purchase");
    const tries = await readTries(events.progress);
    const apps = new Set(usable.flatMap(({ bundleIds }) => [...bundleIds]));
    return [...apps]
      .flatMap((bundleId) => {
        const serving = usable
          .filter(({ bundleIds }) => bundleIds.includes(bundleId))
          .sort((one, other) => Number(other.isDefault) - Number(one.isDefault));
        return (["Production", "Sandbox"] as const).map((environment) => ({
          bundleId,
          environment,
          credentials: serving.map(({ name }) => name),
          triedAt: tries.get(placeKey({ bundleId, environment })) ?? 0,
        }));
      })
      .sort((one, other) => one.triedAt - other.triedAt);
  } finally {
    deadline.clear();
  }
}

/** A credential that one of these is said of may be a leftover: another one of the same app is tried. */
const ofCredential = new Set<string>(["credential_rejected", "credential_unavailable", "upstream_forbidden"]);

async function lookWithAny(services: Services, look: Look, endsAt: number, log: (line: string) => void) {
  const report = newReport();
  const facts = { operation: "BackfillEvents", bundleId: look.bundleId, environment: look.environment };
  let failed = false;
  for (const credential of look.credentials) {
    failed = false;
    try {
      await lookForMissed(services, look, credential, endsAt, report);
      break;
    } catch (error) {
      failed = true;
      const code = error instanceof RelayError ? error.code : "internal_error";
      const fault =
        error instanceof RelayError ? undefined : describeFault(error, services.credentials.redact);
      log(logLine({ ...facts, credential, state: "failed", code, fault }));
      if (!ofCredential.has(code)) break;
    }
  }
  const { refused } = report.brought;
  if (refused > 0) log(logLine({ ...facts, state: "held", refused, reason: [...report.reasons].join(" ") }));
  return { ...report, failed };
}
