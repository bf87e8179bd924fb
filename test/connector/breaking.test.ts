import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { breakingChanges } from "../../local/connector/breaking.ts";
import { type Definition, operationsOf } from "../../local/connector/swagger.ts";
import { connector, field, operationNamed, ownParameter, sharedParameter, sharedSchema } from "./support.ts";

/** A change, and what is said of it: nothing where no flow would break. */
type Case = readonly [name: string, change: (definition: Definition) => void, expected: readonly string[]];

const body = "SendAppStoreConnectRequestBody";

const operations: readonly Case[] = [
  ["none", () => {}, []],
  [
    "an operation that is gone",
    (definition) => void delete definition.paths["/api/connection"],
    ["TestConnection: the operation is gone."],
  ],
  [
    "another path",
    (definition) => move(definition, "/api/connection", "/api/test"),
    ["TestConnection: the path was /api/connection and is /api/test."],
  ],
  [
    "another method",
    (definition) => {
      const item = definition.paths["/api/connection"];
      if (item?.get) definition.paths["/api/connection"] = { post: item.get };
    },
    ["TestConnection: the method was GET and is POST."],
  ],
  [
    "another split of base path and paths",
    (definition) => {
      definition.basePath = "/api";
      definition.paths = Object.fromEntries(
        Object.entries(definition.paths).map(([path, item]) => [path.replace("/api", ""), item]),
      );
    },
    [],
  ],
  [
    "paging that is gone",
    (definition) => void delete operationNamed(definition, "ListApps")["x-ms-pageable"],
    ["ListApps: it is no longer paged."],
  ],
  [
    "an operation out of sight",
    (definition) => {
      operationNamed(definition, "GetApp")["x-ms-visibility"] = "internal";
    },
    ["GetApp: it is out of sight now."],
  ],
  [
    "other texts",
    (definition) => {
      operationNamed(definition, "GetApp").summary = "Read an app";
      sharedParameter(definition, "Limit").description = "Otherwise.";
    },
    [],
  ],
];

const inputs: readonly Case[] = [
  [
    "an input that is gone",
    (definition) => void operationNamed(definition, "ListApps").parameters.shift(),
    ["ListApps: the input bundleId is gone."],
  ],
  [
    "a new input that is optional",
    (definition) => void operationNamed(definition, "GetApp").parameters.push(query("locale", false)),
    [],
  ],
  [
    "a new input that is required",
    (definition) => void operationNamed(definition, "GetApp").parameters.push(query("locale", true)),
    ["GetApp: the input locale is new and required."],
  ],
  [
    "an input that is required now",
    (definition) => {
      ownParameter(definition, "ListApps", "sku").required = true;
    },
    ["ListApps: the input sku is required now."],
  ],
  [
    "an input that is optional now",
    (definition) => {
      ownParameter(definition, "FindAdjustApp", "storeId").required = false;
    },
    [],
  ],
  [
    "an input elsewhere",
    (definition) => {
      ownParameter(definition, "ListApps", "sku").in = "header";
    },
    ["ListApps: the input sku was in the query and is in the header."],
  ],
  [
    "another type",
    (definition) => {
      ownParameter(definition, "ListApps", "sku").type = "integer";
    },
    ["ListApps: the input sku was of type string and is of type integer."],
  ],
  [
    "a wider type",
    (definition) => {
      sharedParameter(definition, "Limit").type = "number";
    },
    [],
  ],
  [
    "fewer values",
    (definition) => {
      ownParameter(definition, "FindAdjustApp", "platform").enum = ["ios"];
    },
    ["FindAdjustApp: the input platform no longer takes android."],
  ],
  [
    "more values",
    (definition) => void ownParameter(definition, "FindAdjustApp", "platform").enum?.push("windows"),
    [],
  ],
  [
    "a closed list where any text was taken",
    (definition) => {
      ownParameter(definition, "ListApps", "sku").enum = ["A"];
    },
    ["ListApps: the input sku takes a closed list of values now."],
  ],
  [
    "narrower bounds",
    (definition) => {
      const name = ownParameter(definition, "ListApps", "name");
      name.maxLength = 10;
      name.minLength = 2;
    },
    ["ListApps: the input name has a smaller maxLength.", "ListApps: the input name has a larger minLength."],
  ],
  [
    "another pattern",
    (definition) => {
      ownParameter(definition, "ListApps", "name").pattern = "^[a-z]+$";
    },
    ["ListApps: the input name has another pattern."],
  ],
  [
    "no pattern any more",
    (definition) => void delete ownParameter(definition, "ListAdjustLinks", "parentToken").pattern,
    [],
  ],
  [
    "an input out of sight",
    (definition) => {
      ownParameter(definition, "ListApps", "name")["x-ms-visibility"] = "internal";
    },
    ["ListApps: the input name is out of sight now."],
  ],
  [
    "a shared input, said for each operation that has it",
    (definition) => {
      sharedParameter(definition, "AdjustCredential").required = true;
    },
    withParameter("AdjustCredential").map((id) => `${id}: the input credential is required now.`),
  ],
  [
    "a field of a body that is gone",
    (definition) => void delete sharedSchema(definition, body).properties?.query,
    both("the input body.query is gone."),
  ],
  [
    "a field of a body that is required now",
    (definition) => void sharedSchema(definition, body).required?.push("query"),
    both("the input body.query is required now."),
  ],
  [
    "a new field of a body that is required",
    (definition) => {
      Object.assign(sharedSchema(definition, body).properties ?? {}, { reason: { type: "string" } });
      sharedSchema(definition, body).required?.push("reason");
    },
    both("the input body.reason is new and required."),
  ],
  [
    "a field of a body that takes fewer values",
    (definition) => {
      field(definition, body, "method").enum = ["GET"];
    },
    both("the input body.method no longer takes POST, PATCH, PUT, DELETE."),
  ],
  [
    "a field of a body that no longer takes any field",
    (definition) => void delete field(definition, body, "query").additionalProperties,
    both("the input body.query no longer takes fields of any name."),
  ],
];

const outputs: readonly Case[] = [
  [
    "an output that is gone",
    (definition) => void delete sharedSchema(definition, "Territory").properties?.currency,
    ["ListTerritories: the output answer.value[].currency is gone."],
  ],
  [
    "a new output",
    (definition) =>
      void Object.assign(sharedSchema(definition, "Territory").properties ?? {}, {
        name: { type: "string" },
      }),
    [],
  ],
  [
    "an output of another type",
    (definition) => {
      field(definition, "Territory", "currency").type = "object";
    },
    ["ListTerritories: the output answer.value[].currency was of type string and is of type object."],
  ],
  [
    "an output that may be absent now",
    (definition) => void delete sharedSchema(definition, "Territory").required,
    ["ListTerritories: the output answer.value[].id is no longer always there."],
  ],
  [
    "an output out of sight",
    (definition) => {
      field(definition, "Territory", "currency")["x-ms-visibility"] = "internal";
    },
    ["ListTerritories: the output answer.value[].currency is out of sight now."],
  ],
  [
    "another status",
    (definition) => {
      const { responses } = operationNamed(definition, "TestConnection");
      const { 200: answer, ...rest } = responses;
      if (answer) operationNamed(definition, "TestConnection").responses = { 201: answer, ...rest };
    },
    ["TestConnection: the answer had status 200 and has 201."],
  ],
  [
    "no description of the answer",
    (definition) => void delete operationNamed(definition, "TestConnection").responses[200]?.schema,
    ["TestConnection: the answer is no longer described."],
  ],
  [
    "the same answer, written in place",
    (definition) => {
      const answer = operationNamed(definition, "GetApp").responses[200];
      if (answer) answer.schema = structuredClone(sharedSchema(definition, "App"));
    },
    [],
  ],
];

/** Operations that take a shared parameter. */
function withParameter(name: string): string[] {
  const found = operationsOf(connector().definition).flatMap(({ operation: { operationId, parameters } }) =>
    parameters.some(({ $ref }) => $ref === `#/parameters/${name}`) ? [operationId] : [],
  );
  assert.ok(found.length >= 5, `${name} is hardly shared`);
  return found;
}

/** What is said of the two operations that share a body. */
function both(text: string): string[] {
  return ["SendAppStoreConnectRequest", "SendAdjustRequest"].map((id) => `${id}: ${text}`);
}

function query(name: string, required: boolean) {
  return { name, in: "query", type: "string", required };
}

function move(definition: Definition, from: string, to: string): void {
  const item = definition.paths[from];
  delete definition.paths[from];
  if (item) definition.paths[to] = item;
}

for (const [title, cases] of Object.entries({ operations, inputs, outputs })) {
  describe(title, () => {
    for (const [name, change, expected] of cases) {
      test(name, () => {
        const current = connector().definition;
        change(current);
        assert.deepEqual(breakingChanges(connector().definition, current), expected);
      });
    }
  });
}
