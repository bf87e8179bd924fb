import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import * as Type from "typebox";
import { operation } from "../../functions/operation.ts";
import { text } from "../../functions/schema.ts";
import type { Host } from "../../local/host/host.ts";
import { seed } from "../support/catalogue.ts";
import type { ErrorBody } from "../support/relay.ts";
import { functionKey, type TestApp, testApp } from "./app.ts";

interface Body {
  listId?: number;
  length?: number | null;
  rounding?: string;
  changes?: unknown[];
  lines?: number[];
  error?: ErrorBody;
}

describe("CSV as the body of a call, through the real host", () => {
  let app: TestApp;
  let host: Host;
  before(async () => {
    app = await testApp("csv.ts");
    ({ host } = await app.start());
  });
  after(async () => {
    await host?.close();
    await app?.remove();
  });

  const send = async (
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = { "content-type": "text/csv" },
    query = "",
  ): Promise<{ status: number; body: Body }> => {
    const response = await fetch(`${host.url}/sale-lists/7${query}`, {
      method: "POST",
      body,
      headers: { "x-functions-key": functionKey, ...headers },
    });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const list = "App;Price\r\ncom.example.a;4.99\r\n";
  const read = { changes: [{ app: "com.example.a", price: "4.99" }], lines: [2] };

  it("fills its field as a whole, and other fields come in the query", async () => {
    assert.deepEqual(await send(list, { "content-type": "text/csv" }, "?rounding=nearest"), {
      status: 200,
      body: { listId: 7, rounding: "nearest", length: list.length, ...read },
    });
  });

  it("is read in UTF-8, with or without a byte order mark, however the header says so", async () => {
    for (const type of [
      "text/csv; charset=utf-8",
      'Text/CSV;charset="UTF-8"; header=present',
      "text/csv ;charset=utf8",
    ]) {
      const { status, body } = await send(`\ufeff${list}`, { "content-type": type });
      assert.deepEqual([status, body.length, body.changes], [200, list.length, read.changes], type);
    }
  });

  it("comes as a field of JSON all the same", async () => {
    const json = { "content-type": "application/json" };
    const { status, body } = await send(JSON.stringify({ csv: `\ufeff${list}`, rounding: "exact" }), json);
    assert.deepEqual(
      [status, body.rounding, body.changes, body.lines],
      [200, "exact", read.changes, read.lines],
    );
  });

  it("counts as absent when it is empty", async () => {
    assert.deepEqual(await send(""), { status: 200, body: { listId: 7, length: null } });
  });

  it("is refused in another charset, another type and compressed", async () => {
    for (const [headers, message] of [
      [{ "content-type": "text/csv; charset=windows-1252" }, /UTF-8 only/],
      [{ "content-type": "text/csvx" }, /application\/json, or CSV with text\/csv/],
      [{ "content-type": "text/plain" }, /application\/json, or CSV with text\/csv/],
      [{ "content-type": "text/csv", "content-encoding": "gzip" }, /compressed/],
    ] as const) {
      const { status, body } = await send(list, headers);
      assert.deepEqual([status, body.error?.code], [415, "unsupported_media_type"]);
      assert.match(body.error?.message ?? "", message);
    }
  });

  it("is refused where its bytes are not UTF-8", async () => {
    const { status, body } = await send(Buffer.from("app;price\nMünchen;1\n", "latin1"));
    assert.deepEqual(
      [status, body.error?.details],
      [400, [{ field: "body", message: "must be UTF-8: in Excel, save as CSV UTF-8." }]],
    );
  });

  it("has fields of the query checked like those of a body", async () => {
    const { status, body } = await send(list, undefined, "?rounding=up&csv=app&unknown=1");
    assert.equal(status, 400);
    assert.deepEqual(
      body.error?.details?.map(({ field, message }) => [field, message.split(/[.:,] ?/)[0]]),
      [
        ["csv", "belongs into the body"],
        ["rounding", "must be one of exact"],
        ["unknown", "is not a field of this operation"],
      ],
    );
    // With JSON they are the body's as before.
    const json = await send("{}", { "content-type": "application/json" }, "?rounding=exact");
    assert.deepEqual(
      [json.status, json.body.error?.message],
      [400, "rounding: belongs into the body, not into the query."],
    );
  });

  it("may have 10 MB and no more", async () => {
    const most = 10 * 1024 * 1024;
    assert.deepEqual(await send("a".repeat(most)), { status: 200, body: { listId: 7, length: most } });
    const { status, body } = await send("a".repeat(most + 1));
    assert.deepEqual([status, body.error?.code], [413, "payload_too_large"]);
  });

  it("is answered with 200 or 400 whatever it holds", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const piece = fc.constantFrom(
      "app",
      "price",
      ",",
      ";",
      "\t",
      '"',
      '""',
      "\n",
      "\r\n",
      "\r",
      "4,99",
      "45992",
      "=1",
      "\0",
      " ",
      "é",
    );
    const broken = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((all) => Buffer.from(`app,price\n${all.join("")}`)),
      fc.array(piece, { maxLength: 30 }).map((all) => Buffer.from(all.join(""))),
      fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(broken, async (bytes) => {
        const { status, body } = await send(bytes);
        if (status !== 200) assert.deepEqual([status, body.error?.code], [400, "invalid_input"]);
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe("A declaration of CSV", () => {
  it("names a field of the body", () => {
    const declare = (method: "GET" | "POST", csvBody: string) =>
      operation({
        id: "Example",
        summary: "Example",
        description: "An example.",
        method,
        route: "example/{id}",
        csvBody,
        input: { id: text("ID", "An ID."), csv: Type.Optional(text("CSV", "CSV.")) },
        output: Type.Object({}),
        run: async () => ({}),
      });
    assert.equal(declare("POST", "csv").csvBody, "csv");
    for (const [method, field] of [
      ["POST", "id"],
      ["POST", "other"],
      ["GET", "csv"],
    ] as const) {
      assert.throws(() => declare(method, field), /which is no field of the body/);
    }
  });
});
