import { measureSigned } from "./measures/signed.ts";
import { say, show, step, table, verdict } from "./print.ts";
import { ratios, spread } from "./statistics.ts";

/** Verifications a second, least multiple of those of Apple's own library. */
const minRatio = 5;

/** Measures how fast signed payloads are verified, and prints it. Sets the process's exit code where the bound is missed. */
export async function reportSigned(): Promise<void> {
  step("signed payloads");
  const measured = Object.entries(await measureSigned()).map(([what, { relay, library }]) => ({
    what,
    relay: spread(relay),
    library: spread(library),
    ratio: ratios(relay, library),
  }));
  say("(f) Signed payloads verified a second, offline");
  say();
  table(
    ["", "relay", "Apple's library", "ratio", `must be ≥ ${minRatio}`],
    measured.map(({ what, relay, library, ratio }) => [
      what,
      show(relay, 0),
      show(library, 0),
      show(ratio, 1),
      verdict(ratio.median >= minRatio),
    ]),
  );
  if (measured.some(({ ratio }) => ratio.median < minRatio)) process.exitCode = 1;
}
