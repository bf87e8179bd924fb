import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import { rawGet, statusOf } from "../host/raw-request.ts";
import { toFacts } from "../support/catalogue.ts";
import { settingsOf, startFunctionApp } from "../support/function-app.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { findTargets, recordingClient, type Target } from "../support/upstream-url.ts";

/** Ways to write "one folder up", a separator or an end, and what slips past a check that cleans instead of refusing. */
export const corpus = [
  "",
  ".",
  "..",
  "...",
  "%2e",
  "%2e%2e",
  "%2E%2e",
  ".%2e",
  "..%2f",
  "%2f",
  "%2F..%2f",
  "%5c",
  "..%5c",
  "%252e",
  "%252e%252e",
  "%252f",
  "..;",
  "..;/",
  ";x=1/..",
  "\\",
  "..\\",
  "/",
  "//",
  "../..",
  "\t",
  ".\t.",
  "\r",
  "\n",
  "\r\n",
  "\0",
  "%00",
  "%0d%0a",
  "%09",
  "..%c0%af",
  "%u002e",
  "\uff0e\uff0e",
  "\uff0f",
  "\u2024\u2024",
  "\u200b",
  "\ud800",
  "\udc00",
  "@",
  "#",
  "?",
  " ",
  "%20",
  "a".repeat(10_000),
];

describe("traversal", () => {
  let relay: Relay;
  const targets: Target[] = [];

  before(async () => {
    const { client, attempts } = recordingClient();
    await using learning = await startRelay({ client, unlimited: true });
    for (const operation of catalogue) {
      const found = await findTargets(
        operation,
        (facts) => learning.call(operation.id, facts),
        () => attempts.map(({ url }) => url),
      );
      targets.push(...found.filter(isPathIsh));
    }
    relay = await startRelay();
  });
  after(() => relay.close());

  it("knows every parameter that becomes part of a path", () => {
    const names = targets.map(({ operation, parameter }) => `${operation.id}.${parameter.name}`);
    // What is there must be found; what comes later comes on its own.
    for (const known of [
      "GetApp.appId",
      "ListInAppPurchases.appId",
      "GetAdjustApp.appToken",
      "SendAppStoreConnectRequest.path",
      "SendAppStoreServerRequest.path",
      "SendAdjustRequest.path",
      "RelayReadAppStoreConnect.path",
      "RelayWriteAppStoreConnect.path",
      "RelayReadAppStoreServer.path",
      "RelayReadAppStoreServer.environment",
      "RelayWriteAdjust.path",
    ]) {
      assert.ok(names.includes(known), `${known} is not attacked: ${names.join(", ")}`);
    }
  });

  it("refuses every entry of the corpus, in every place, without a call", async () => {
    let count = 0;
    for (const target of targets) {
      const { operation, parameter, values } = target;
      for (const text of corpus.flatMap((entry) => variants(target, entry))) {
        const facts = toFacts(operation, values);
        const answers = [
          await relay.call(operation.id, toFacts(operation, new Map([...values, [parameter.name, text]]))),
        ];
        // The same as the host gives it when nothing was encoded on the way.
        if (parameter.place === "path") {
          const { [parameter.name]: _replaced, ...input } = facts.input ?? {};
          const params = { ...facts.params, [parameter.name]: text };
          answers.push(await relay.call(operation.id, { ...facts, input, params }));
        }
        for (const { status, error } of answers) {
          const label = `${operation.id} ${parameter.name} = ${JSON.stringify(text.slice(0, 80))}`;
          assert.equal(status, 400, label);
          assert.equal(error?.code, "invalid_input", label);
          assert.ok(error?.details?.length, label);
          count += 1;
        }
        assert.equal(
          relay.simulator.requests.length,
          0,
          `${operation.id} was sent with ${JSON.stringify(text)}`,
        );
      }
    }
    assert.ok(count > 3_000, `only ${count} attacks`);
  });

  it("sends nothing for what reaches the real host byte by byte", async () => {
    await using app = await startFunctionApp(settingsOf(relay));
    const routes = [
      (text: string) => `relay/app-store-connect/v1/${text}/apps`,
      (text: string) => `relay/app-store-connect/${text}/v1/apps`,
      (text: string) => `relay/app-store-server/${text}/inApps/v1/history/1`,
      (text: string) => `relay/adjust/app-automation/${text}/apps/list`,
      (text: string) => `app-store-connect/apps/1480${text}00001`,
      (text: string) => `app-store-connect/apps/${text}/in-app-purchases`,
      (text: string) => `adjust/apps/hk1${text}ios`,
    ];
    let answered = 0;
    for (const entry of corpus.filter((text) => text !== "")) {
      const wellFormed = entry.toWellFormed();
      for (const sent of new Set([Buffer.from(entry).toString("latin1"), encodeURIComponent(wellFormed)])) {
        for (const route of routes) {
          // A mark of a query ends the path: what is left of it may be in order.
          if (sent === "?") continue;
          const answer = await rawGet(app.url, `/api/${route(sent)}`, `x-functions-key: ${app.key}\r\n`);
          const label = `${JSON.stringify(route(sent).slice(0, 120))} answered ${answer.slice(0, 60)}`;
          assert.ok([400, 404, 414].includes(statusOf(answer)), label);
          assert.equal(relay.simulator.requests.length, 0, label);
          answered += 1;
        }
      }
    }
    assert.ok(answered > 500);
    const control = await rawGet(
      app.url,
      "/api/relay/app-store-connect/v1/apps",
      `x-functions-key: ${app.key}\r\n`,
    );
    assert.equal(statusOf(control), 200, "the same call without an attack must go through");
  });
});

function isPathIsh({ operation, parameter, spot }: Target): boolean {
  return (
    spot.path === "whole" || spot.path.length > 0 || (operation.kind === "raw" && parameter.place === "path")
  );
}

/** The entry alone, at both ends of a value that works, and as a segment before, in and after one. */
function variants({ parameter, values, spot }: Target, entry: string): string[] {
  const valid = String(values.get(parameter.name));
  if (spot.path === "whole") {
    const [first, ...rest] = valid.split("/");
    // An empty segment before the path is the slash that some write there, and says nothing.
    const before = entry === "" || entry === "/" ? [] : [`${entry}/${valid}`];
    return [entry, ...before, [first, entry, ...rest].join("/"), `${valid}/${entry}`];
  }
  // What is left empty in an optional field of the query or body counts as absent.
  if (entry === "") return parameter.required ? [""] : [];
  return [entry, `${valid}${entry}`, `${entry}${valid}`, `${valid}/${entry}`];
}
