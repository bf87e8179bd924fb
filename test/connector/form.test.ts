import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import type { Connector } from "../../local/connector/checks/check.ts";
import { definitionFormProblems, propertiesFormProblems } from "../../local/connector/checks/json-schema.ts";
import { jsonText } from "../../local/connector/files.ts";
import { connector, field, operationNamed, ownParameter, root, sharedParameter } from "./support.ts";

const scratch = await mkdtemp(path.join(tmpdir(), "form-"));
after(() => rm(scratch, { recursive: true, force: true }));

describe("the form of the definition", () => {
  const cases: Readonly<Record<string, (connector: Connector) => void>> = {
    "a keyword of our own": ({ definition }) =>
      Object.assign(field(definition, "App", "name"), { form: "a name" }),
    "a keyword of later versions": ({ definition }) => Object.assign(definition, { components: {} }),
    "alternatives, which Swagger 2.0 does not know": ({ definition }) =>
      Object.assign(field(definition, "App", "name"), { oneOf: [{ type: "string" }] }),
    "a list of types": ({ definition }) =>
      Object.assign(field(definition, "App", "name"), { type: ["string", "null"] }),
    "a visibility that does not exist": ({ definition }) =>
      Object.assign(operationNamed(definition, "GetApp"), { "x-ms-visibility": "none" }),
    "a trigger, which has no rules yet": ({ definition }) =>
      Object.assign(operationNamed(definition, "GetApp"), { "x-ms-trigger": "batch" }),
    "a header parameter": ({ definition }) => {
      ownParameter(definition, "ListApps", "sku").in = "header";
    },
    "a path parameter that is optional": ({ definition }) => {
      sharedParameter(definition, "AppId").required = false;
    },
    "a word in place of a number": ({ definition }) =>
      Object.assign(sharedParameter(definition, "Limit"), { maximum: "200" }),
    "something beside a reference": ({ definition }) =>
      Object.assign(operationNamed(definition, "GetApp").responses[200]?.schema ?? {}, { title: "App" }),
    "a reference to elsewhere": ({ definition }) =>
      Object.assign(operationNamed(definition, "GetApp").responses[200] ?? {}, {
        schema: { $ref: "other.json#/definitions/App" },
      }),
    "an answer that is not a status": ({ definition }) =>
      Object.assign(operationNamed(definition, "GetApp").responses, { "4XX": { description: "No." } }),
    "no answer at all": ({ definition }) => {
      operationNamed(definition, "GetApp").responses = {};
    },
    "a version that is not one": ({ definition }) => {
      definition.info.version = "v1";
    },
  };
  for (const [name, breakIt] of Object.entries(cases)) {
    test(`${name} is refused`, () => {
      const whole = connector();
      assert.deepEqual(definitionFormProblems(whole.definition), []);
      breakIt(whole);
      assert.ok(definitionFormProblems(whole.definition).length > 0);
    });
  }
});

describe("the form of the properties", () => {
  const cases: Readonly<Record<string, (connector: Connector) => void>> = {
    "a member that is not known": ({ properties }) => Object.assign(properties.properties, { icon: "x" }),
    "a type that is not known": ({ properties }) =>
      Object.assign(properties.properties.connectionParameters.host ?? {}, { type: "text" }),
    "required that is not text": ({ properties }) =>
      Object.assign(properties.properties.connectionParameters.host?.uiDefinition.constraints ?? {}, {
        required: true,
      }),
    "a policy without its parameter": ({ properties }) =>
      Object.assign(properties.properties.policyTemplateInstances?.[0] ?? {}, { parameters: {} }),
    "a policy of another template": ({ properties }) =>
      Object.assign(properties.properties.policyTemplateInstances?.[0] ?? {}, { templateId: "setheader" }),
  };
  for (const [name, breakIt] of Object.entries(cases)) {
    test(`${name} is refused`, () => {
      const whole = connector();
      assert.deepEqual(propertiesFormProblems(whole.properties), []);
      breakIt(whole);
      assert.ok(propertiesFormProblems(whole.properties).length > 0);
    });
  }
});

describe("swagger-cli", () => {
  // The command's own file: npx would look for it on the network if it were missing.
  const bin = createRequire(import.meta.url).resolve("swagger-cli/swagger-cli.js");
  const validate = (file: string) =>
    promisify(execFile)(process.execPath, [bin, "validate", file], { cwd: root });

  test("finds the checked-in definition valid", async () => {
    const { stdout } = await validate("connector/apiDefinition.swagger.json");
    assert.match(stdout, /is valid/);
  });

  test("finds the definition for one host valid", async () => {
    const file = path.join(scratch, "fixed.json");
    await writeFile(file, jsonText(connector(true).definition));
    assert.match((await validate(file)).stdout, /is valid/);
  });

  test("finds a path parameter without its place", async () => {
    const { definition } = connector();
    operationNamed(definition, "GetApp").parameters = [];
    const file = path.join(scratch, "broken.json");
    await writeFile(file, jsonText(definition));
    await assert.rejects(validate(file), /appId/);
  });
});
