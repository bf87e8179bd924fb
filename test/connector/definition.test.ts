import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Type } from "typebox";
import { catalogue } from "../../functions/catalogue.ts";
import { listOperation } from "../../functions/list.ts";
import { lookUp } from "../../functions/look-up.ts";
import { type Operation, operation, type TypedOperation } from "../../functions/operation.ts";
import { anyJson, anything, choice, flag, text, words } from "../../functions/schema.ts";
import { definition } from "../../local/connector/definition.ts";
import { facts } from "../../local/connector/facts.ts";
import { jsonText } from "../../local/connector/files.ts";
import { operationsOf } from "../../local/connector/swagger.ts";
import { operationNamed, ownParameter, sharedParameter, sharedSchema } from "./support.ts";

const made = () => definition(catalogue, { host: facts.reservedHost });
const options = { host: facts.reservedHost };
const run = () => Promise.reject(new Error("is not run here"));
const answer = Type.Object({ id: words("ID", "The ID.") });

/** An operation that changes something, with the given fields. */
function write(input: TypedOperation["input"]["properties"], facts: { id?: string; route?: string } = {}) {
  return operation({
    id: "SetPrice",
    summary: "Set a price",
    description: "Sets the price of an app.",
    method: "POST",
    route: "prices",
    credentials: ["adjust"],
    output: answer,
    run,
    ...facts,
    input,
  });
}

const lookUpThings = (input: TypedOperation["input"]["properties"]): TypedOperation =>
  lookUp({
    id: "LookUpThings",
    summary: "Look up things",
    description: "Fills the dropdown of things.",
    route: "look-ups/things",
    input,
    run,
  });

const others = catalogue.filter(({ id }) => id === "LookUpCredentials");

describe("the catalogue", () => {
  test("every typed operation is there under its own name, and no raw relay", () => {
    const placed = operationsOf(made()).map(({ path, method, operation }) => [
      operation.operationId,
      `${method.toUpperCase()} ${path}`,
    ]);
    const typed = catalogue.flatMap((operation) =>
      operation.kind === "typed" ? [[operation.id, `${operation.methods[0]} /api/${operation.route}`]] : [],
    );
    assert.deepEqual(placed.sort(), typed.sort());
    assert.ok(!jsonText(made()).includes("/api/relay/"));
  });

  test("inputs stand where the function reads them, and only those", () => {
    for (const declared of catalogue) {
      if (declared.kind !== "typed") continue;
      const swagger = made();
      const { parameters } = operationNamed(swagger, declared.id);
      const placed = parameters.flatMap((listed) => {
        const name = listed.$ref?.replace("#/parameters/", "");
        const parameter = name === undefined ? listed : sharedParameter(swagger, name);
        if (!parameter.schema) return [[parameter.name, parameter.in]];
        const body = parameter.schema.$ref?.replace("#/definitions/", "");
        const schema = body === undefined ? parameter.schema : sharedSchema(swagger, body);
        return Object.keys(schema.properties ?? {}).map((field) => [field, "body"]);
      });
      assert.deepEqual(Object.fromEntries(placed), { ...declared.places }, declared.id);
    }
  });

  test("keywords of our own are not written", () => {
    const keys = new Set<string>();
    JSON.parse(jsonText(made()), (key, value: unknown) => {
      keys.add(key);
      return value;
    });
    assert.ok(keys.has("x-ms-dynamic-values"));
    for (const own of ["form", "dropdown", "anyCase", "described", "commaSeparated"])
      assert.ok(!keys.has(own), own);
  });

  test("Adjust's platforms have their proper spelling in the dropdown, and the contract's value", () => {
    assert.deepEqual(ownParameter(made(), "FindAdjustApp", "platform")["x-ms-enum-values"], [
      { value: "ios", displayName: "iOS" },
      { value: "android", displayName: "Android" },
    ]);
  });

  test("errors are listed where they can occur", () => {
    const statuses = (id: string) => Object.keys(operationNamed(made(), id).responses).join(" ");
    assert.equal(statuses("TestConnection"), "200 400 401 429 500 503");
    assert.equal(statuses("GetApp"), "200 400 401 403 404 422 429 500 502 503 504");
    assert.equal(statuses("SendAdjustRequest"), "200 400 401 403 404 409 413 415 422 429 500 502 503 504");
  });
});

describe("a dropdown", () => {
  test("passes a field beside it and a fixed value, in both extensions", () => {
    const app = sharedParameter(made(), "AppId");
    assert.deepEqual(app["x-ms-dynamic-values"]?.parameters, { credential: { parameter: "credential" } });
    assert.deepEqual(app["x-ms-dynamic-list"]?.parameters, {
      credential: { parameterReference: "credential" },
    });
    const credential = sharedParameter(made(), "AdjustCredential");
    assert.deepEqual(credential["x-ms-dynamic-values"]?.parameters, { kinds: "adjust" });
    assert.deepEqual(credential["x-ms-dynamic-list"]?.parameters, { kinds: { value: "adjust" } });
  });

  const thing = (parameters: Record<string, string | { value: string }>) =>
    text("Thing", "The thing.", { options: { operationId: "LookUpThings", parameters } });
  const shop = text("Shop", "The shop.");
  const propertiesOf = (operations: readonly Operation[]) =>
    ownParameter(definition([...operations, ...others], options), "SetPrice", "body").schema?.properties ??
    {};

  test("in a body refers to fields of the body, and to parameters outside of it", () => {
    const { thing: made } = propertiesOf([
      write({ shop, thing: thing({ shop: "shop", credential: "credential" }) }),
      lookUpThings({ shop, credential: shop }),
    ]);
    assert.deepEqual(made?.["x-ms-dynamic-values"]?.parameters, {
      shop: { parameter: "shop" },
      credential: { parameter: "credential" },
    });
    assert.deepEqual(made?.["x-ms-dynamic-list"]?.parameters, {
      shop: { parameterReference: "body/shop" },
      credential: { parameterReference: "credential" },
    });
  });

  test("leaves out what the operation does not have", () => {
    const { thing: made } = propertiesOf([
      write({ thing: thing({ shop: "shop" }) }),
      lookUpThings({ shop: Type.Optional(shop) }),
    ]);
    assert.equal(made?.["x-ms-dynamic-values"]?.operationId, "LookUpThings");
    assert.equal(made?.["x-ms-dynamic-values"]?.parameters, undefined);
    assert.equal(made?.["x-ms-dynamic-list"]?.parameters, undefined);
  });

  test("is left out where it could not be filled", () => {
    const { thing: made } = propertiesOf([write({ thing: thing({ shop: "shop" }) }), lookUpThings({ shop })]);
    assert.equal(made?.["x-ms-dynamic-values"], undefined);
    assert.equal(made?.["x-ms-dynamic-list"], undefined);
  });

  test("that names what does not exist is an error", () => {
    assert.throws(() => propertiesOf([write({ thing: thing({}) })]), /LookUpThings, which does not exist/);
    assert.throws(
      () => propertiesOf([write({ thing: thing({ shop: "shop" }), shop }), lookUpThings({})]),
      /a shop, which it does not take/,
    );
  });
});

describe("schemas", () => {
  test("a keyword that is not understood is an error", () => {
    const odd = Type.String({ "x-ms-summary": "Odd", description: "Odd.", contentEncoding: "base64" });
    assert.throws(() => definition([write({ odd }), ...others], options), /contentEncoding/);
  });

  test("two different schemas with one title are an error", () => {
    const other = Type.Object({ name: words("Name", "The name.") }, { title: "Thing" });
    const thing = Type.Object({ id: words("ID", "The ID.") }, { title: "Thing" });
    assert.throws(() => definition([write({ thing, other }), ...others], options), /title Thing/);
  });

  test("the same titled schema is written once", () => {
    const thing = Type.Object({ id: words("ID", "The ID.") }, { title: "Small thing" });
    const swagger = definition([write({ thing, other: thing }), ...others], options);
    assert.deepEqual(ownParameter(swagger, "SetPrice", "body").schema?.properties, {
      thing: { $ref: "#/definitions/SmallThing" },
      other: { $ref: "#/definitions/SmallThing" },
    });
    assert.deepEqual(Object.keys(sharedSchema(swagger, "SmallThing").properties ?? {}), ["id"]);
  });

  test("any JSON is an object of unknown members", () => {
    const swagger = definition([write({ any: anyJson("Any", "Any JSON.") }), ...others], options);
    assert.deepEqual(ownParameter(swagger, "SetPrice", "body").schema?.properties?.any, {
      type: "object",
      "x-ms-summary": "Any",
      description: "Any JSON.",
      additionalProperties: true,
    });
  });

  test("values that are not words are given a readable name, others are not", () => {
    const kind = choice("Kind", "The kind.", ["NON_CONSUMABLE", "autoRenewable"]);
    const plain = choice("Plain", "The plain one.", ["Auto", "GET"]);
    const swagger = definition([write({ kind, plain }), ...others], options);
    const { properties } = ownParameter(swagger, "SetPrice", "body").schema ?? {};
    assert.deepEqual(properties?.kind?.["x-ms-enum-values"], [
      { value: "NON_CONSUMABLE", displayName: "Non consumable" },
      { value: "autoRenewable", displayName: "Auto renewable" },
    ]);
    assert.equal(properties?.plain?.["x-ms-enum-values"], undefined);
  });

  test("a body of optional fields may be left out, one with a required field may not", () => {
    const name = text("Name", "The name.");
    const body = (input: TypedOperation["input"]["properties"]) =>
      ownParameter(definition([write(input), ...others], options), "SetPrice", "body");
    assert.equal(body({ name: Type.Optional(name) }).required, false);
    assert.equal(body({ name: Type.Optional(name) }).schema?.required, undefined);
    assert.equal(body({ name }).required, true);
    assert.deepEqual(body({ name }).schema?.required, ["name"]);
  });
});

describe("parameters of one name in several areas", () => {
  test("are shared under names that tell the areas apart", () => {
    const { parameters } = made();
    assert.ok(parameters.AppStoreConnectCredential);
    assert.ok(parameters.AdjustCredential);
    assert.equal(parameters.Credential, undefined);
  });
});

describe("a connector for one host", () => {
  const fixed = definition(catalogue, { host: "my-relay.azurewebsites.net", fixedHost: true });

  test("has that host, is not paged, and shows the cursor", () => {
    assert.equal(fixed.host, "my-relay.azurewebsites.net");
    assert.ok(operationsOf(fixed).every(({ operation }) => operation["x-ms-pageable"] === undefined));
    assert.equal(sharedParameter(fixed, "Cursor")["x-ms-visibility"], "advanced");
    assert.equal(sharedParameter(made(), "Cursor")["x-ms-visibility"], "internal");
  });

  test("has the same operations, inputs and outputs", () => {
    const bare = (swagger: ReturnType<typeof made>) =>
      operationsOf(swagger).map(({ path, method, operation }) => {
        const { "x-ms-pageable": _pageable, ...rest } = operation;
        return { path, method, ...rest };
      });
    assert.deepEqual(bare(fixed), bare(made()));
    assert.deepEqual(fixed.definitions, made().definitions);
  });
});

test("a new operation only adds: what was there stays as it was", () => {
  const more = listOperation({
    id: "ListThings",
    summary: "List things",
    description: "Lists the things.",
    route: "things",
    input: { open: Type.Optional(flag("Open", "Whether it is open.")) },
    item: Type.Object({ id: words("ID", "The ID.") }, { title: "Thing" }),
    run,
  });
  const before = made();
  const after = definition([...catalogue, more], options);
  for (const [path, item] of Object.entries(before.paths)) assert.deepEqual(after.paths[path], item);
  for (const [name, schema] of Object.entries(before.definitions)) {
    assert.deepEqual(after.definitions[name], schema);
  }
});

describe("a described object", () => {
  test("is described from fields of the body, which the designer hands over as a list", () => {
    const answer = operationNamed(made(), "GetAdjustReport").responses[200]?.schema;
    assert.deepEqual(answer?.properties?.value?.items, {
      type: "object",
      description: "Dimensions and metrics of a row under their slugs.",
      "x-ms-summary": "Row",
      additionalProperties: true,
      "x-ms-dynamic-schema": {
        operationId: "DescribeAdjustReport",
        parameters: { dimensions: { parameter: "dimensions" }, metrics: { parameter: "metrics" } },
        "value-path": "schema",
      },
      "x-ms-dynamic-properties": {
        operationId: "DescribeAdjustReport",
        parameters: {
          dimensions: { parameterReference: "body/dimensions" },
          metrics: { parameterReference: "body/metrics" },
        },
        itemValuePath: "schema",
      },
    });
    assert.deepEqual(ownParameter(made(), "DescribeAdjustReport", "metrics"), {
      name: "metrics",
      in: "query",
      "x-ms-summary": "Metrics",
      description: "Slugs of metrics with commas between them.",
      required: true,
      type: "array",
      items: { type: "string" },
      collectionFormat: "csv",
    });
  });

  test("is left as it is where the operation cannot say what to describe", () => {
    const describeThings = operation({
      id: "DescribeThings",
      summary: "Describe things",
      description: "Describes things.",
      method: "GET",
      visibility: "internal",
      route: "things/columns",
      input: { shop: text("Shop", "The shop.") },
      output: Type.Object({ schema: anything("Schema", "The schema.") }),
      run: async () => ({ schema: {} }),
    });
    const listThings = (id: string) =>
      operation({
        id,
        summary: "List things",
        description: "Lists all things.",
        method: "GET",
        route: "things",
        input: {},
        output: Type.Object({
          thing: anything("Thing", "The thing.", {
            described: { operationId: "DescribeThings", parameters: { shop: "shop" } },
          }),
        }),
        run: async () => ({ thing: {} }),
      });
    const swagger = definition([listThings("ListThings"), describeThings, ...others], options);
    const thing = operationNamed(swagger, "ListThings").responses[200]?.schema?.properties?.thing;
    assert.equal(thing?.["x-ms-dynamic-schema"], undefined);
    assert.equal(thing?.["x-ms-dynamic-properties"], undefined);
    assert.throws(
      () => definition([listThings("ListThings"), ...others], options),
      /DescribeThings, which does not exist/,
    );
  });
});
