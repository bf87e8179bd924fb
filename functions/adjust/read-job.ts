import { isObject } from "../json.ts";
import { path } from "../upstream/path.ts";
import { type Adjust, unusable } from "./client.ts";

/** One line of what a job did. */
export interface JobRow {
  /** Section of the settings, as Adjust spells it. */
  section: string;
  /** What was copied or not; absent where the section failed as a whole. */
  item?: string;
  ok: boolean;
  /** Why not. */
  detail?: string;
}

/** A background job at Adjust. */
export interface AdjustJob {
  /** In lower case: new, opened, completed, failed, or what Adjust adds. */
  status: string;
  /** What the job does, such as migration. Adjust's list is open. */
  kind?: string;
  /** Whether the job failed, or completed with a row that is not OK. */
  hasFailures: boolean;
  results: JobRow[];
}

/** Whether a job has ended; a status that is not known counts as under way. */
export function hasEnded({ status }: AdjustJob): boolean {
  return status === "completed" || status === "failed";
}

/**
 * Reads a job, its result as flat rows. Secrets known to this process are replaced in every text.
 *
 * @throws RelayError `not_found` for a ticket that Adjust does not know; `bad_upstream_response` for an answer without
 *   a status.
 */
export async function readAdjustJob(adjust: Adjust, ticketToken: string): Promise<AdjustJob> {
  // Sections are values in our rows, so Adjust's own spelling is kept.
  const { body } = await adjust.call({ path: path`/app-automation/status/${ticketToken}` });
  const job = isObject(body) ? body : unusable("It is not an object.", "GET");
  if (typeof job.status !== "string" || job.status === "") return unusable("It has no status.", "GET");
  const clean = (text: string) => adjust.credential.redact(text);
  // Older hosts write NEW, OPENED, COMPLETED and FAILED. A secret is found in its own spelling only, so clean first.
  const status = clean(job.status).toLowerCase();
  const results = rowsOf(job.result, status !== "failed").map(({ section, item, ok, detail }) => ({
    section: clean(section),
    ...(item !== undefined && { item: clean(item) }),
    ok,
    ...(detail !== undefined && { detail: clean(detail) }),
  }));
  return {
    status,
    ...(typeof job.kind === "string" && { kind: clean(job.kind).toLowerCase() }),
    hasFailures: status === "failed" || results.some(({ ok }) => !ok),
    results,
  };
}

/** Rows of a result: an object by section, or a list of sections that name themselves. */
function rowsOf(result: unknown, wentWell: boolean): JobRow[] {
  if (Array.isArray(result)) return result.flatMap((value) => sectionRows("", value, wentWell));
  if (!isObject(result)) return [];
  // A job that failed as a whole says so once.
  if (typeof result.detail === "string") return sectionRows("", result, wentWell);
  return Object.entries(result).flatMap(([section, value]) => sectionRows(section, value, wentWell));
}

function sectionRows(name: string, value: unknown, wentWell: boolean): JobRow[] {
  if (!isObject(value)) {
    const detail = textOf(value);
    return [{ section: name, ok: wentWell, ...(detail !== undefined && { detail }) }];
  }
  const section = typeof value.section === "string" ? value.section : name;
  const { successes, failures } = value;
  if (!Array.isArray(successes) && !Array.isArray(failures)) {
    // Adjust's second form, for a section that did not run.
    const detail = textOf(value.detail ?? value.details ?? value);
    return [{ section, ok: false, ...(detail !== undefined && { detail }) }];
  }
  return [
    ...listOf(successes).map((item) => itemRow(section, item, true)),
    ...listOf(failures).map((item) => itemRow(section, item, false)),
  ];
}

function itemRow(section: string, value: unknown, ok: boolean): JobRow {
  if (!isObject(value)) {
    const item = textOf(value);
    return { section, ...(item !== undefined && { item }), ok };
  }
  const item = textOf(value.name ?? value.item ?? value.token);
  const said = value.detail ?? value.details ?? value.message ?? value.error;
  const detail = textOf(said ?? (ok && item !== undefined ? undefined : value));
  return {
    section,
    ...(item !== undefined && { item }),
    ok,
    ...(detail !== undefined && { detail }),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
