import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import { breakingChanges } from "../../local/connector/breaking.ts";
import { type Connector, findings } from "../../local/connector/checks/check.ts";
import { allRules } from "../../local/connector/checks/index.ts";
import { definitionFormProblems, propertiesFormProblems } from "../../local/connector/checks/json-schema.ts";
import { facts } from "../../local/connector/facts.ts";
import { generatedFiles, staleFiles } from "../../local/connector/files.ts";
import { readReleased } from "../../local/connector/released.ts";
import { operationsOf } from "../../local/connector/swagger.ts";
import { connector, root } from "./support.ts";

test("the checked-in files are what the operations say", async () => {
  const files = generatedFiles(catalogue);
  assert.equal(files.length, 5);
  assert.deepEqual(await staleFiles(root, files), [], "Run: npm run connector");
});

test("the checked-in files keep every rule", async () => {
  const file = (name: string) => readFile(path.join(root, "connector", name));
  const text = await file("apiDefinition.swagger.json");
  const checkedIn: Connector = {
    ...connector(),
    definition: JSON.parse(text.toString("utf8")),
    definitionBytes: text.length,
    properties: JSON.parse((await file("apiProperties.json")).toString("utf8")),
    icon: await file("icon.png"),
  };
  // A definition without operations would keep most rules.
  assert.ok(operationsOf(checkedIn.definition).length >= 16);
  assert.deepEqual(findings(allRules, checkedIn), []);
  assert.deepEqual(definitionFormProblems(checkedIn.definition), []);
  assert.deepEqual(propertiesFormProblems(checkedIn.properties), []);
});

test("the connector for one host keeps every rule", () => {
  const fixed = connector(true);
  assert.deepEqual(findings(allRules, fixed), []);
  assert.deepEqual(definitionFormProblems(fixed.definition), []);
  assert.deepEqual(propertiesFormProblems(fixed.properties), []);
});

test("the same operations give the same files", () => {
  const made = () =>
    generatedFiles(catalogue).map((file) => file.make(Buffer.from(blocks)).toString("base64"));
  const blocks = "<!-- operations -->\n<!-- /operations -->";
  assert.deepEqual(made(), made());
});

test("nothing that was released is broken", async () => {
  const released = await readReleased((name) => readFile(path.join(root, name), "utf8"));
  // Nothing can be compared before the first release, and only then: version 1.0.0 needs a released definition.
  if (!released) assert.match(facts.version, /^0\./);
  else assert.deepEqual(breakingChanges(released, connector().definition), []);
});
