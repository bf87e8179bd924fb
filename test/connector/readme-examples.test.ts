import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AdjustAppRow } from "../../functions/adjust/app-input.ts";
import { toItems } from "../../functions/adjust/app-rows.ts";
import { checkReport } from "../../functions/adjust/reports/query.ts";
import { checkChanges } from "../../functions/app-store-connect/prices/plan/check-changes.ts";
import { catalogue } from "../../functions/catalogue.ts";
import { checkInput } from "../../functions/input.ts";
import type { TypedOperation } from "../../functions/operation.ts";
import { operationsOf, resolveParameter, resolveSchema, type Schema } from "../../local/connector/swagger.ts";
import { connector, operationNamed } from "./support.ts";

const { readme, definition } = connector();

/** Fenced blocks of a language, also those that stand in a list. */
function blocks(language: string): string[] {
  const fenced = new RegExp(`^ *\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, "gm");
  return [...readme.matchAll(fenced)].flatMap(([, text]) => text ?? []);
}

/** An action of a flow, as code view shows it. */
interface Action {
  type: string;
  inputs?: Record<string, unknown>;
  runAfter?: Record<string, string[]>;
  actions?: Record<string, Action>;
  else?: { actions: Record<string, Action> };
}

type Named = [name: string, action: Action, siblings: readonly string[]];

/** Every action, those inside of conditions too. */
function actionsOf(actions: Record<string, Action>): Named[] {
  const siblings = Object.keys(actions);
  return Object.entries(actions).flatMap(([name, action]): Named[] => [
    [name, action, siblings],
    ...actionsOf(action.actions ?? {}),
    ...actionsOf(action.else?.actions ?? {}),
  ]);
}

const json = blocks("json").map((text) => JSON.parse(text));
const flows: { parameters: Record<string, { type: string }>; actions: Record<string, Action> }[] =
  json.flatMap((value) => value.definition ?? value.properties?.definition ?? []);
/** The reports example is one action without a workflow around it. */
const single: Record<string, Action>[] = json.filter((value) => value.Get_an_Adjust_report);

/** The operation that an action of ours calls, and what it sends. */
function callOf({ inputs = {} }: Action): { operationId: string; body: Record<string, unknown> } | undefined {
  const { host, parameters, method, path, uri, body } = inputs as {
    host?: { connectionName?: string; operationId?: string };
    parameters?: Record<string, unknown>;
    method?: string;
    path?: string;
    uri?: string;
    body?: Record<string, unknown>;
  };
  if (host?.connectionName === "shared_appstorerelay" && host.operationId !== undefined) {
    const { operationId } = host;
    const sent = Object.entries(parameters ?? {}).flatMap(([name, value]) => {
      if (name.startsWith("body/")) return [[name.slice("body/".length), value]];
      const all = operationNamed(definition, operationId).parameters;
      const known = all.map((listed) => (resolveParameter(definition, listed) ?? listed).name);
      assert.ok(known.includes(name), `${operationId} has ${name}`);
      return [];
    });
    return { operationId, body: Object.fromEntries(sent) };
  }
  const route = path ?? uri?.replace("@{parameters('relay')}", "");
  if (route === undefined) return undefined;
  return { operationId: placed(method, route), body: body ?? {} };
}

/** The operation of a route, whose placeholders an expression or a variable of the shell fills. */
function placed(method: string | undefined, route: string): string {
  const open = (path: string) => path.replace(/\?.*$/, "").replace(/\{\w+\}|\$[A-Z]+/g, "*");
  const filled = open(route.replace(/@\{[^}]*\}/g, "$PLACE"));
  const found = operationsOf(definition).find(
    (place) => open(place.path) === filled && place.method === method?.toLowerCase(),
  );
  assert.ok(found, `${method} ${route} is in the definition`);
  return found.operation.operationId;
}

function bodySchema(operationId: string): Schema {
  const body = operationNamed(definition, operationId)
    .parameters.map((listed) => resolveParameter(definition, listed) ?? listed)
    .find((parameter) => parameter.in === "body");
  return body?.schema ?? {};
}

const whole = (schema: Schema | undefined) => schema && (resolveSchema(definition, schema) ?? schema);

/** A member of a schema by its path, such as `results`; fails when there is none. */
function member(schema: Schema | undefined, name: string, where: string): Schema {
  const found = whole(whole(schema)?.properties?.[name]);
  assert.ok(found, `${where} has ${name}`);
  return found;
}

/** What an expression gives a list of: an output of ours, through the actions that only filter. */
function itemsOf(expression: string, actions: Map<string, Action>): Schema | undefined {
  const [, name = "", field] = /^@body\('(\w+)'\)(?:\?\['(\w+)'\])?$/.exec(expression) ?? [];
  const action = actions.get(name);
  assert.ok(action, `${expression} names an action`);
  const call = callOf(action);
  if (call && field !== undefined) {
    const output = operationNamed(definition, call.operationId).responses[200]?.schema;
    return whole(member(output, field, call.operationId).items);
  }
  return action.type === "Query" ? itemsOf(String(action.inputs?.from), actions) : undefined;
}

describe("JSON in the README", () => {
  test("parses, and there are whole workflows", () => {
    assert.ok(json.length >= 5);
    assert.equal(flows.length, 7);
    assert.equal(single.length, 1);
  });

  test("calls operations of the definition with inputs that they have", () => {
    const called = [
      ...flows.flatMap(({ actions }) => actionsOf(actions)),
      ...single.flatMap(actionsOf),
    ].flatMap(([name, action]) => callOf(action) ?? (/Adjust|price/.test(name) ? assert.fail(name) : []));
    assert.deepEqual([...new Set(called.map(({ operationId }) => operationId))].sort(), [
      "ApplyPricePlan",
      "CreateOrUpdateAdjustApps",
      "CreateOrUpdateAdjustEvents",
      "GetAdjustReport",
      "GetPricePlanCsv",
      "GetSubscriptionStatuses",
      "ListPricePlanItems",
      "PlanPriceChanges",
      "PlanPriceRestore",
    ]);
    for (const { operationId, body } of called) {
      const schema = bodySchema(operationId);
      for (const name of Object.keys(body)) member(schema, name, operationId);
      for (const name of schema.required ?? []) assert.ok(name in body, `${operationId} is sent ${name}`);
    }
  });

  test("reads outputs that exist", () => {
    let read = 0;
    for (const { actions } of flows) {
      const all = new Map(actionsOf(actions).map(([name, action]) => [name, action]));
      const text = JSON.stringify(actions);
      for (const [, name = "", path = ""] of text.matchAll(/body\('(\w+)'\)((?:\?\['\w+'\])+)/g)) {
        const call = callOf(all.get(name) ?? assert.fail(`${name} is an action`));
        if (!call) continue;
        [...path.matchAll(/\w+/g)].reduce<Schema | undefined>(
          (schema, [field]) => member(schema, field, call.operationId),
          operationNamed(definition, call.operationId).responses[200]?.schema,
        );
        read += 1;
      }
      for (const [name, { inputs = {} }] of all) {
        if (typeof inputs.from !== "string") continue;
        const items = itemsOf(inputs.from, all);
        if (!items) continue;
        for (const [, path = ""] of JSON.stringify(inputs).matchAll(/item\(\)((?:\?\['[^']+'\])+)/g)) {
          [...path.matchAll(/'([^']+)'/g)].reduce<Schema | undefined>(
            (schema, [, field = ""]) => member(schema, field, name),
            items,
          );
          read += 1;
        }
      }
    }
    assert.ok(read >= 50);
  });

  test("runs each action after one beside it", () => {
    for (const [name, { runAfter = {} }, siblings] of flows.flatMap(({ actions }) => actionsOf(actions))) {
      for (const before of Object.keys(runAfter)) assert.ok(siblings.includes(before), `${name}: ${before}`);
    }
    const keys = flows.map(({ parameters }) => parameters.$connections?.type ?? parameters.relayKey?.type);
    assert.deepEqual(keys, [
      "Object",
      "Object",
      "securestring",
      "Object",
      "securestring",
      "Object",
      "securestring",
    ]);
  });

  test("maps columns to fields of a row, and what an empty cell becomes is taken", () => {
    const selects = flows.flatMap(({ actions }) => actions.Select_rows?.inputs?.select ?? []);
    const [mapped] = selects as Record<string, unknown>[];
    assert.deepEqual(
      json.find((value) => value.bundleId),
      mapped,
    );
    const plain = (value: unknown): unknown => {
      if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
      }
      const key = /setProperty\(json\('\{\}'\), '(\w+)'/.exec(String(value))?.[1];
      if (key !== undefined) return { [key]: "1234567" };
      const column = /^@item\(\)\?\['([^']+)'\]$/.exec(String(value))?.[1];
      return column === undefined ? value : cells[column];
    };
    const cells: Record<string, string> = {
      Name: "Tide Pools",
      "Bundle ID": "com.example.tidepools",
      "Store ID": "1490000001",
      Platform: "ios",
    };
    const row = plain(mapped) as { channelSetup: Record<string, unknown> };
    assert.equal(Object.keys(row.channelSetup).length, 2);
    assertRow(row);
    assertRow({ ...row, channelSetup: { facebook: null, unityads: null } });
  });
});

describe("the sale in the README", () => {
  const select = flows.flatMap(({ actions }) => actions.Select_changes?.inputs?.select ?? []);
  const [header = "", , ...rows] =
    /^The table `Sale`[\s\S]*?\n((?:\|.*\n)+)/m.exec(readme)?.[1]?.split(/^/m) ?? [];
  const cellsOf = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());

  test("maps the columns of its table to fields of a change", () => {
    const [mapped] = select as Record<string, string>[];
    assert.ok(mapped);
    assert.deepEqual(
      json.find((value) => value.startDate),
      mapped,
    );
    const columns = cellsOf(header);
    assert.ok(rows.length >= 2);
    const changes = rows.map((row) => {
      const cells = new Map(cellsOf(row).map((cell, place) => [columns[place], cell]));
      return Object.fromEntries(
        Object.entries(mapped).map(([field, expression]) => {
          const column = /^@item\(\)\?\['(\w+)'\]$/.exec(expression)?.[1] ?? assert.fail(field);
          return [field, cells.get(column) ?? assert.fail(column)];
        }),
      );
    });
    assert.equal(checkChanges(changes, "2027-01-01").length, rows.length);
  });
});

function assertRow(row: Readonly<Record<string, unknown>>): void {
  assert.deepEqual(checkInput(AdjustAppRow, row).problems, []);
  const [item] = toItems([row], true);
  assert.ok(item && "input" in item, JSON.stringify(item));
}

describe("curl lines in the README", () => {
  const lines = blocks("sh")
    .join("\n")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => /\b(?:curl|ask) /.test(line));
  const addressOf = (line: string) =>
    /(?:\$RELAY|http:\/\/127\.0\.0\.1:7071)(\/api\/[^\s"]*)/.exec(line)?.[1] ?? "";
  const calls = lines.flatMap((line) => {
    const address = addressOf(line);
    const single = /-d '(\{[^']*)'/.exec(line)?.[1];
    const double = /-d "(\{(?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    const body =
      single ??
      double
        ?.replaceAll('\\"', '"')
        .replaceAll("$TOKENS", '["abc123def456"]')
        .replace(/\$(?:PLAN|JOB)/, "0".repeat(21));
    return body === undefined ? [] : [{ address, body: JSON.parse(body) as Record<string, unknown> }];
  });

  test("send bodies that their operations take", () => {
    const sent = calls.map(({ address, body }) => {
      const id = placed("POST", address);
      const operation = catalogue.find((one): one is TypedOperation => one.kind === "typed" && one.id === id);
      assert.ok(operation);
      if (id === "PlanPriceChanges") checkChanges(body.changes as unknown[], "2027-01-01");
      assert.deepEqual(checkInput(operation.input, body).problems, [], id);
      return id;
    });
    assert.deepEqual(sent.sort(), [
      "ApplyPricePlan",
      "ApplyPricePlan",
      "CreateOrUpdateAdjustApp",
      "CreateOrUpdateAdjustApps",
      "CreateOrUpdateAdjustEvents",
      "GetAdjustReport",
      "PlanPriceChanges",
      "PlanPriceRestore",
    ]);
  });

  test("read from addresses that exist", () => {
    const read = lines.filter((line) => addressOf(line) !== "" && !line.includes("-d "));
    assert.deepEqual(
      read.map((line) => placed("GET", addressOf(line))),
      ["ListPricePlanRows", "ListPricePlanItems", "GetSubscriptionStatuses"],
    );
  });

  test("show one row that is refused, and a report of days that exist", () => {
    const apps = calls.find(({ body }) => body.apps)?.body.apps;
    assert.ok(Array.isArray(apps));
    const refused = toItems(apps, true).map((item) => "error" in item);
    assert.deepEqual(refused, [false, false, true]);
    const report = calls.find(({ body }) => body.metrics)?.body;
    assert.equal(checkReport(report as Parameters<typeof checkReport>[0], Date.now()).period, "-1d:-1d");
  });
});
