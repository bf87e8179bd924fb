/** The command `npm run connector`: writes what follows from the operations, or says that it is not current. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { catalogue } from "../../functions/catalogue.ts";
import { readArguments, usage } from "./arguments.ts";
import { breakingChanges } from "./breaking.ts";
import { definition } from "./definition.ts";
import { facts } from "./facts.ts";
import { fixedHostFiles, generatedFiles, jsonText, staleFiles, writeFiles } from "./files.ts";
import { readReleased, releasedName } from "./released.ts";

const root = path.resolve(import.meta.dirname, "../..");
const wish = readArguments(process.argv.slice(2));

switch (wish.do) {
  case "help":
    if (wish.sentence !== undefined) {
      console.error(`${wish.sentence}\n`);
      process.exitCode = 1;
    }
    console.log(usage);
    break;
  case "write": {
    const written = await writeFiles(root, generatedFiles(catalogue));
    console.log(written.length > 0 ? `Written: ${written.join(", ")}.` : "Everything is current.");
    report(await breaksSinceRelease());
    break;
  }
  case "check": {
    const stale = await staleFiles(root, generatedFiles(catalogue));
    if (stale.length > 0) {
      console.error(`Not current: ${stale.join(", ")}. Run: npm run connector`);
      process.exitCode = 1;
    }
    report(await breaksSinceRelease());
    break;
  }
  case "release": {
    const stale = await staleFiles(root, generatedFiles(catalogue));
    const breaks = await breaksSinceRelease();
    report(breaks);
    if (stale.length > 0) {
      console.error(`Not current: ${stale.join(", ")}. Run: npm run connector`);
      process.exitCode = 1;
    } else if (breaks.length === 0) {
      await mkdir(path.dirname(path.join(root, releasedName)), { recursive: true });
      await writeFile(path.join(root, releasedName), jsonText(current()));
      console.log(`${facts.version} is remembered as released in ${releasedName}.`);
    }
    break;
  }
  case "fixed-host": {
    const out = path.resolve(root, wish.out);
    const written = await writeFiles(out, fixedHostFiles(catalogue, wish.host));
    console.log(
      `The connector for ${wish.host} is in ${out}${written.length > 0 ? "" : ", as it was before"}.`,
    );
    break;
  }
}

function current() {
  return definition(catalogue, { host: facts.reservedHost });
}

async function breaksSinceRelease(): Promise<string[]> {
  const released = await readReleased((name) => readFile(path.join(root, name), "utf8"));
  return released ? breakingChanges(released, current()) : [];
}

function report(breaks: readonly string[]): void {
  if (breaks.length === 0) return;
  console.error(`Flows that use the released connector would break:\n- ${breaks.join("\n- ")}`);
  process.exitCode = 1;
}
