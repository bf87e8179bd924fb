import { loadavg } from "node:os";
import type { Spread } from "./statistics.ts";

/** How results are printed: as Markdown, for docs/performance.md. */

export const say = (line = ""): void => {
  process.stdout.write(`${line}\n`);
};

/** What is being measured, for who waits. */
export const step = (name: string): void => {
  process.stderr.write(`${name} …\n`);
};

export const show = ({ median, min, max }: Spread, digits: number, unit = ""): string =>
  `${median.toFixed(digits)}${unit} (${min.toFixed(digits)}–${max.toFixed(digits)})`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  for (const row of [head, head.map(() => "---"), ...rows]) say(`| ${row.join(" | ")} |`);
  say();
}

export const verdict = (holds: boolean): string => (holds ? "met" : "**missed**");

/** Processes that want to run, over the last minute: above the number of processors, others were at work too. */
export const load = (): string => loadavg()[0]?.toFixed(1) ?? "unknown";

export const mebi = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
