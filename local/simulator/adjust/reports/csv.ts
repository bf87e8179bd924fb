import type { ReportQuery } from "./query.ts";
import type { TableRow } from "./table.ts";

/** A report as CSV, with slugs or readable names for a header. */
export function csvOf(rows: readonly TableRow[], query: ReportQuery, readable: boolean): string {
  const columns = [...query.by, ...query.sums];
  const lines = [
    columns.map(({ id, name }) => (readable ? name : id)),
    ...rows.map(({ names, sums }) => columns.map(({ id }) => names[id] ?? String(sums[id] ?? 0))),
  ];
  return lines.map((cells) => `${cells.map(cell).join(",")}\n`).join("");
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
