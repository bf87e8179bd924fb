import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { RelayError } from "../../functions/errors.ts";
import { openStorage } from "../../functions/storage/open-storage.ts";
import type { Storage } from "../../functions/storage/storage.ts";
import { canary, sweep } from "../support/canary.ts";
import { startRelay } from "../support/relay.ts";

type Misbehaviour = (request: IncomingMessage, response: ServerResponse) => void;

const status =
  (code: number, body = ""): Misbehaviour =>
  (_request, response) => {
    response.writeHead(code, { "content-type": "application/xml" });
    response.end(body);
  };

describe("a storage account that misbehaves", () => {
  let behave: Misbehaviour = status(503);
  let calls = 0;
  let storage: Storage;
  let connectionString: string;
  const accountKey = canary("account-key");
  const server = createServer((request, response) => {
    calls += 1;
    request.resume();
    behave(request, response);
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const key = Buffer.from(accountKey).toString("base64");
    connectionString = `DefaultEndpointsProtocol=http;AccountName=test;AccountKey=${key};BlobEndpoint=${origin}/test;QueueEndpoint=${origin}/test;TableEndpoint=${origin}/test;`;
    storage = openStorage({ kind: "connection-string", connectionString });
  });
  after(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );

  const uses: readonly [string, () => Promise<unknown>][] = [
    ["a row is read", () => storage.table("things").read("p", "r")],
    ["a row is written", () => storage.table("things").insert({ partition: "p", row: "r", fields: {} })],
    ["a message is sent", () => storage.queue("things").send("hello")],
    ["a text is written", () => storage.blobs("things").write("a", "b")],
    ["a text is read", () => storage.blobs("things").read("a")],
  ];
  const faults: readonly [string, Misbehaviour, RegExp][] = [
    ["503", status(503), /health/],
    ["500 with a page", status(500, "<html>"), /health/],
    ["403", status(403, "<Error><Code>AuthorizationFailure</Code></Error>"), /roles/],
    ["a broken connection", (request) => request.socket.destroy(), /health/],
    [
      "half an answer",
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("half");
        setImmediate(() => response.destroy());
      },
      /health/,
    ],
  ];
  for (const [fault, misbehaviour, hint] of faults) {
    it(`that answers ${fault} is storage_unavailable, without the account's key, whatever was tried`, async () => {
      behave = misbehaviour;
      for (const [what, use] of uses) {
        calls = 0;
        const error = await use().then(
          () => assert.fail(`${what}, though storage answers ${fault}`),
          (thrown: unknown) => thrown,
        );
        assert.ok(error instanceof RelayError, `${what}: ${error}`);
        assert.deepEqual(
          [error.code, error.status, error.source],
          ["storage_unavailable", 503, "storage"],
          what,
        );
        assert.match(error.hint ?? "", hint);
        assert.ok(calls >= 1 && calls <= 4, `${calls} calls for ${what}`);
        sweep([{ label: what, text: inspect(error, { depth: Number.POSITIVE_INFINITY }) }]);
      }
    });
  }

  it("that never answers ends a call within its bound, and an operation says that nothing was started", async () => {
    behave = () => {};
    await using relay = await startRelay({ storage: { kind: "connection-string", connectionString } });
    const start = performance.now();
    const [{ status: code, error, headers }, row] = await Promise.all([
      relay.call("CreateOrUpdateAdjustApps", { body: { apps: [{ name: "x" }] } }),
      storage
        .table("others")
        .read("p", "r")
        .catch((thrown: unknown) => thrown),
    ]);
    assert.ok(performance.now() - start < 20_000);
    assert.deepEqual(
      [code, error?.code, error?.source, error?.outcome, error?.retryable],
      [503, "storage_unavailable", "storage", "none", true],
    );
    assert.match(headers["retry-after"] ?? "", /^\d+$/);
    assert.ok(row instanceof RelayError);
  });

  it("that is not there makes the operations of jobs say so, and none of the others", async () => {
    await using relay = await startRelay({
      storage: {
        kind: "connection-string",
        connectionString: connectionString.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:9"),
      },
    });
    for (const [id, input] of [
      ["ListJobs", {}],
      ["GetJob", { jobId: "0".repeat(21) }],
      ["CancelJob", { jobId: "0".repeat(21) }],
      ["GetJobResult", { jobId: "0".repeat(21), token: "t".repeat(43) }],
    ] as const) {
      const { status: code, error } = await relay.call(id, { input });
      assert.deepEqual([code, error?.code], [503, "storage_unavailable"], id);
    }
    assert.equal((await relay.call("ListAdjustApps")).status, 200);
  });
});

describe("an app without a storage account", () => {
  it("says which setting is missing where a job is asked for, and starts nothing", async () => {
    const none = openStorage(undefined);
    await assert.rejects(
      none.table("x").read("p", "r"),
      (error: RelayError) => error.code === "not_configured" && /AzureWebJobsStorage/.test(error.message),
    );
  });
});
