/**
 * Runs the tests: every `test/**` file that ends in `.test.ts`, or those whose path contains one of the arguments.
 * Fails when a test fails, and when there was none to run.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

// Longer than any test may take, shorter than a CI job: a process that hangs is named instead of waited for.
const timeoutMs = 240_000;

const root = path.resolve(import.meta.dirname, "..");
const wanted = process.argv.slice(2);

const entries = await readdir(import.meta.dirname, { recursive: true });
const files = entries
  .filter((entry) => entry.endsWith(".test.ts"))
  // Slashes on every system: the arguments may be read as glob patterns, where a backslash means something else.
  .map((entry) => `test/${entry.replaceAll(path.sep, "/")}`)
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort();

// Set when this runs within a test, and then keeps the runner from running anything.
const { NODE_TEST_CONTEXT: _within, ...env } = process.env;

const scratch = await mkdtemp(path.join(tmpdir(), "tests-"));
const report = path.join(scratch, "report.tap");
let summary: string[] = [];
let status = 1;
if (files.length > 0) {
  const child = spawn(
    process.execPath,
    [
      "--import",
      "tsx",
      "--import",
      pathToFileURL(path.join(import.meta.dirname, "support/setup.ts")).href,
      "--test",
      `--test-concurrency=${availableParallelism()}`,
      `--test-timeout=${timeoutMs}`,
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      "--test-reporter=tap",
      `--test-reporter-destination=${report}`,
      ...files,
    ],
    { cwd: root, env, stdio: "inherit" },
  );
  const [code] = await once(child, "exit");
  status = typeof code === "number" ? code : 1;
  // TAP ends with "# tests 12", "# pass 12", …
  summary = (await readFile(report, "utf8")).match(/^# [a-z]+ [\d.]+$/gm) ?? [];
}
await rm(scratch, { recursive: true, force: true });

if (!summary.some((line) => /^# tests [1-9]/.test(line))) {
  console.error(`No test was found${wanted.length > 0 ? ` for ${wanted.join(", ")}` : ""}.`);
  status = 1;
}
console.log(summary.join("\n"));
process.exitCode = status;
