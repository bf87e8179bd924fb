import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { catalogue } from "../../functions/catalogue.ts";
import { placeholders } from "../../functions/operation.ts";
import { rawRequest, statusOf } from "../host/raw-request.ts";
import { hostileText, seed, toFacts } from "../support/catalogue.ts";
import { type FunctionApp, settingsOf, startFunctionApp } from "../support/function-app.ts";
import { type CallFacts, type Relay, startRelay } from "../support/relay.ts";
import { assertFits, findTargets, sentTo, type Target } from "../support/upstream-url.ts";

/** Requests in total, over every parameter of every operation. */
const total = 2_000;

// Sockets, host, library, handler, transport and simulator: everything that runs in the end but Azure itself.
describe("no parameter changes where a call goes, through the real host", () => {
  let relay: Relay;
  let app: FunctionApp;
  const targets: Target[] = [];

  before(async () => {
    relay = await startRelay({ unlimited: true });
    for (const operation of catalogue) {
      targets.push(
        ...(await findTargets(
          operation,
          (facts) => relay.call(operation.id, facts),
          () => sentTo(relay),
        )),
      );
    }
    app = await startFunctionApp(settingsOf(relay));
  });
  after(() => Promise.all([app?.close(), relay?.close()]));

  it("keeps origin and path for 2,000 raw requests, or refuses without a call", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const origins = Object.values(relay.services.configuration.origins);
    const runs = Math.ceil(total / targets.length);
    let sent = 0;
    let refused = 0;
    for (const target of targets) {
      const { operation, parameter, values, spot } = target;
      await fc.assert(
        fc.asyncProperty(hostileText(parameter), fc.boolean(), async (text, encode) => {
          const arrives = parameter.place === "body" ? text : text.toWellFormed();
          const value = spot.query === "pairs" ? { [text]: text } : arrives;
          const facts = toFacts(operation, new Map([...values, [parameter.name, value]]));
          relay.simulator.requests.length = 0;
          app.lines.length = 0;
          const answer = await rawRequest(app.url, bytesOf(target, facts, encode, app.key));
          const status = statusOf(answer);
          const calls = sentTo(relay);
          // An empty segment, or a word that is a route of its own, leads to another function, which has its own tests.
          const another =
            calls.length > 0 && !app.lines.some((line) => line.includes(`"functionName":"${operation.id}"`));
          // This host has no storage, which plans of prices need once they have asked Apple, and new webhooks before.
          const unkept = status === 503 && answer.includes('"not_configured"');
          if (another) {
            assert.ok(/^(|find)$/.test(text.replace(/[\s/]/g, "")), `${JSON.stringify(text)} led elsewhere`);
          } else if (calls.length > 0) {
            for (const [index, url] of calls.entries()) assertFits(target, value, url, origins, index > 0);
            assert.ok(status < 500 || unkept, answer);
            sent += 1;
          } else if (target.url) {
            assert.ok(unkept || [400, 404, 414, 431].includes(status), answer);
            refused += 1;
          }
        }),
        { seed, numRuns: runs, includeErrorInReport: true, endOnFailure: true },
      );
    }
    t.diagnostic(`${sent} sent on, ${refused} refused`);
    assert.ok(sent > total / 50 && refused > total / 10, "one side was hardly met");
  });
});

/** The request on the wire. What stands in the path is percent-encoded or byte for byte what was generated. */
function bytesOf({ operation }: Target, facts: CallFacts, encode: boolean, key: string): Buffer {
  const { input = {}, params = {}, query = [] } = facts;
  const places = operation.kind === "typed" ? operation.places : {};
  const pairs = Array.isArray(query) ? [...query] : [];
  const fields: [string, unknown][] = [];
  let route = operation.route;
  const inPath = placeholders(route);
  for (const [name, value] of Object.entries({ ...input, ...params })) {
    if (inPath.includes(name)) {
      const text = String(value);
      // A mark of a query would end the path, and what follows be another parameter.
      const written = encode
        ? text.split("/").map(encodeURIComponent).join("/")
        : text.replaceAll("?", "%3f");
      route = route.replace(new RegExp(`\\{\\*?${name}\\}`), () => written);
    } else if (places[name] === "query") pairs.push([name, String(value)]);
    else fields.push([name, value]);
  }
  const search = pairs
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join("&");
  const method = operation.methods[0];
  const body = method === "GET" ? "" : JSON.stringify(Object.fromEntries(fields));
  const head = [
    `${method} /api/${route}${search === "" ? "" : `?${search}`} HTTP/1.1`,
    "host: relay.test",
    `x-functions-key: ${key}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
