import assert from "node:assert/strict";
import { test } from "node:test";
import functions from "@azure/functions";
import { Type } from "typebox";
import { createHandler } from "../../functions/http/handler.ts";
import { type Operation, operation, rawOperation } from "../../functions/operation.ts";
import { createServices } from "../../functions/services.ts";

const services = createServices({
  vault: { kind: "folder", path: "nowhere" },
  origins: {
    "app-store-connect": "http://127.0.0.1:1",
    "app-store-server": "http://127.0.0.1:1",
    "app-store-server-sandbox": "http://127.0.0.1:1",
    adjust: "http://127.0.0.1:1",
    "adjust-api": "http://127.0.0.1:1",
    "adjust-s2s": "http://127.0.0.1:1",
    "adjust-gdpr": "http://127.0.0.1:1",
  },
  publicOrigin: undefined,
  storage: undefined,
  appleRoots: new Set(),
  interactiveShare: 15,
  events: { retentionDays: 90, backfillHours: 24, callbackHosts: [] },
  prices: { maxItems: 10_000, maxChangePercent: undefined },
});

async function call(declared: Operation, method: string) {
  const lines: string[] = [];
  const handle = createHandler(declared, { services, log: (line) => lines.push(line) });
  const answer = await handle(new functions.HttpRequest({ method, url: "http://127.0.0.1/api/failing" }));
  const { error } = JSON.parse(String(answer.body));
  return { status: answer.status, error, line: JSON.parse(lines.join("")) };
}

function failing(method: "GET" | "POST", message: string): Operation {
  return operation({
    id: "Failing",
    summary: "Fail",
    description: "Fails.",
    route: "failing",
    method,
    input: {},
    output: Type.Object({}),
    run: () => Promise.reject(new TypeError(message)),
  });
}

test("an unforeseen failure of a read is 500, changes nothing and keeps its text to itself", async () => {
  const { status, error } = await call(failing("GET", "with a detail that is nobody's business"), "GET");
  assert.equal(status, 500);
  assert.equal(error.code, "internal_error");
  assert.equal(error.outcome, "none");
  assert.doesNotMatch(JSON.stringify(error), /nobody/);
});

test("an unforeseen failure of a write is answered with a status that no flow repeats", async () => {
  const { status, error } = await call(failing("POST", "broke"), "POST");
  assert.equal(status, 409);
  assert.equal(error.code, "outcome_unknown");
  assert.equal(error.retryable, false);
  assert.equal(error.outcome, "unknown");
});

test("an unforeseen failure of a raw write says that its outcome is unknown", async () => {
  const raw = rawOperation({
    id: "FailingRaw",
    summary: "Fail",
    description: "Fails.",
    route: "failing",
    methods: ["POST"],
    run: () => Promise.reject(new TypeError("broke")),
  });
  const { status, error } = await call(raw, "POST");
  assert.deepEqual([status, error.code, error.outcome], [500, "internal_error", "unknown"]);
});

test("the log names the place of an unforeseen failure", async () => {
  const { line } = await call(failing("POST", "broke"), "POST");
  assert.match(line.fault, /^TypeError: broke .*unforeseen\.test/);
  assert.equal(line.operation, "Failing");
});
