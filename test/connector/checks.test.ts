import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { PNG } from "pngjs";
import { type Connector, findings } from "../../local/connector/checks/check.ts";
import { allRules } from "../../local/connector/checks/index.ts";
import { brokenDefinitions } from "./broken-definitions.ts";
import { brokenFiles } from "./broken-files.ts";
import { connector } from "./support.ts";

/** For each rule, connectors that do not keep it. */
const broken: Readonly<Record<string, (connector: Connector) => void>> = {
  ...brokenDefinitions,
  ...brokenFiles,
};

describe("each rule finds what it is for", () => {
  for (const [name, breakIt] of Object.entries(broken)) {
    test(name, () => {
      const [ruleName = ""] = name.split(" ");
      const rule = allRules[ruleName];
      assert.ok(rule, "The rule exists.");
      const whole = connector();
      assert.deepEqual(rule(whole), []);
      breakIt(whole);
      const found = findings({ [ruleName]: rule }, whole);
      assert.ok(found.length > 0, "Nothing was found.");
      for (const text of found) assert.match(text, /^\w+: .{10,}\.$/);
    });
  }
});

test("no rule is without a proof", () => {
  const proven = new Set(Object.keys(broken).map((name) => name.split(" ")[0]));
  assert.deepEqual(
    Object.keys(allRules).filter((name) => !proven.has(name)),
    [],
  );
});

test("a picture that is not PNG is not taken for one", () => {
  const whole = connector();
  whole.icon = Buffer.from("GIF89a");
  assert.deepEqual(findings(allRules, whole), ["IconIsPng: icon.png cannot be read."]);
  whole.icon = PNG.sync.write(new PNG({ width: 230, height: 230 }));
  assert.ok(findings(allRules, whole).some((text) => text.startsWith("IconHasMark")));
});
