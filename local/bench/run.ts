import { availableParallelism, cpus, totalmem } from "node:os";
import { load, say } from "./print.ts";
import { reportCalls } from "./report-calls.ts";
import { reportPrices } from "./report-prices.ts";
import { reportSigned } from "./report-signed.ts";

/**
 * `npm run bench`: the numbers of docs/performance.md, measured on this machine. `npm run bench -- prices` and
 * its siblings measure a part of them.
 */

const parts: Readonly<Record<string, () => Promise<void>>> = {
  calls: reportCalls,
  prices: reportPrices,
  signed: reportSigned,
};
const named = process.argv.slice(2);
const unknown = named.find((name) => !(name in parts));
if (unknown !== undefined) {
  process.stderr.write(`There is no part ${unknown}; known are ${Object.keys(parts).join(", ")}.\n`);
  process.exit(1);
}

const began = performance.now();
const [processor] = cpus();
say(
  `Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} × ${processor?.model.trim() ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB. Medians of rounds in alternating order; in brackets the lowest and the highest round. Load of the machine before: ${load()}.`,
);
say();
for (const [name, report] of Object.entries(parts)) {
  if (named.length === 0 || named.includes(name)) await report();
}
say(
  `The whole run took ${Math.round((performance.now() - began) / 1_000)} s. Load of the machine after: ${load()}.`,
);
