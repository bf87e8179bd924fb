import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { appStoreConnectPaths } from "../../functions/app-store-connect/relay.ts";
import { environmentProblem } from "../../functions/app-store-server/environment.ts";
import { appStoreServerPaths } from "../../functions/app-store-server/relay.ts";
import { catalogue } from "../../functions/catalogue.ts";
import { checkRequest } from "../../functions/requests.ts";
import { hostProblem } from "../../local/connector/arguments.ts";
import { operationsOf } from "../../local/connector/swagger.ts";
import { operationsTable } from "../../local/connector/tables.ts";
import { connector } from "./support.ts";

const { readme, definition } = connector();

describe("the README's examples", () => {
  test("name actions that exist", () => {
    const summaries = operationsOf(definition).map(({ operation }) => operation.summary);
    const start = /^## Getting Started\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
    const named = [...start.matchAll(/\*\*([^*]+)\*\*/g)].map(([, name = ""]) => name);
    // Actions of Power Automate itself, of Excel, SharePoint and OneDrive.
    const builtIn = [
      "Add a row into a table",
      "Apply to each",
      "Condition",
      "Create CSV table",
      "Create HTML table",
      "Create file",
      "Create item",
      "Filter array",
      "Get file content",
      "List rows present in a table",
      "Parse JSON",
      "Recurrence",
      "Respond to a Power App or flow",
      "Select",
      "Send an email (V2)",
      "Start and wait for an approval",
    ];
    assert.ok(named.length >= 6);
    for (const name of named) assert.ok(summaries.includes(name) || builtIn.includes(name), name);
  });

  test("have paths that the actions take", () => {
    const appStoreConnect = /^\| Path \| `([^`]+)` \|$/m.exec(readme)?.[1];
    const appStoreServer = /the path `(inApps[^`]+)`/.exec(readme)?.[1];
    assert.ok(appStoreConnect && appStoreServer);
    const pathOf = (path: string, allowed: typeof appStoreConnectPaths) =>
      checkRequest({ method: "GET", path }, allowed).upstreamPath.encoded;
    assert.equal(pathOf(appStoreConnect, appStoreConnectPaths), `/${appStoreConnect}`);
    assert.equal(environmentProblem("Auto", pathOf(appStoreServer, appStoreServerPaths)), undefined);
    assert.ok(environmentProblem("Auto", "/inApps/v1/notifications/test"));
  });

  test("have a host that the command takes", () => {
    const host = /--host (\S+)/.exec(readme.split("Deployment Instructions")[1] ?? "")?.[1] ?? "";
    assert.equal(hostProblem(host), undefined);
  });
});

describe("the table of operations", () => {
  test("lists what makers and tools can call, and no look-up", () => {
    const rows = operationsTable(catalogue).split("\n").slice(2);
    const ids = rows.map((row) => /^\| `(\w+)` \|/.exec(row)?.[1]);
    const expected = catalogue
      .filter((operation) => operation.kind === "raw" || operation.visibility !== "internal")
      .map(({ id }) => id);
    assert.deepEqual([...ids].sort(), [...expected].sort());
    for (const row of rows) assert.equal(row.split("|").length, 5, row);
  });
});
