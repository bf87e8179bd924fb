import assert from "node:assert/strict";
import { ReadableStream } from "node:stream/web";
import { describe, it } from "node:test";
import functions from "@azure/functions";
import fc from "fast-check";
import { type ErrorDetail, RelayError } from "../../functions/errors.ts";
import { correlationId } from "../../functions/http/correlation.ts";
import { maxBodyBytes } from "../../functions/http/limits.ts";
import { callerQuery, queryFields } from "../../functions/http/query.ts";
import { declaredLength, readJsonBody } from "../../functions/http/request-body.ts";
import { logLine } from "../../functions/log.ts";
import { systemRuntime } from "../../functions/runtime.ts";
import { startDeadline } from "../../functions/upstream/deadline.ts";

describe("The correlation id", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  it("is the caller's trace id", () => {
    assert.equal(correlationId(`00-${trace}-b7ad6b7169203331-01`), trace);
    // A later version may have more behind it (W3C Trace Context).
    assert.equal(correlationId(`01-${trace}-b7ad6b7169203331-01-more`), trace);
  });
  for (const header of [
    null,
    "",
    "x",
    trace,
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-${trace.toUpperCase()}-b7ad6b7169203331-01`,
    `00-${trace}-b7ad-01`,
    `00-${trace}\r\nx-evil: 1`,
    " ".repeat(10_000),
  ]) {
    it(`is a new one for ${JSON.stringify(header?.slice(0, 30) ?? null)}`, () => {
      const id = correlationId(header);
      assert.match(id, /^[0-9a-f]{32}$/);
      assert.notEqual(id, trace);
      assert.notEqual(id, correlationId(header));
    });
  }
});

describe("The caller's query", () => {
  it("has no parameters of the host, and keeps the order of the rest", () => {
    const query = new URLSearchParams("b=2&code=KEY&a=1&clientId=x&b=3&Code=mine");
    assert.deepEqual(callerQuery(query), [
      ["b", "2"],
      ["a", "1"],
      ["b", "3"],
      ["Code", "mine"],
    ]);
  });

  it("is fields, each once", () => {
    const problems: ErrorDetail[] = [];
    assert.deepEqual(
      {
        ...queryFields(
          [
            ["a", "1"],
            ["b", ""],
            ["a", "2"],
            ["a", "3"],
          ],
          problems,
        ),
      },
      { a: "1", b: "" },
    );
    const message =
      "is given more than once: send it once, with commas between values where it takes several.";
    assert.deepEqual(problems, [
      { field: "a", message },
      { field: "a", message },
    ]);
  });

  it("may name __proto__ and its like without effect", () => {
    const problems: ErrorDetail[] = [];
    const fields = queryFields(
      [
        ["__proto__", "x"],
        ["constructor", "y"],
        ["__proto__", "z"],
      ],
      problems,
    );
    assert.deepEqual(Object.keys(fields), ["__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(fields), Object.prototype);
    assert.deepEqual(
      problems.map(({ field }) => field),
      ["__proto__"],
    );
  });
});

describe("A body of JSON fields", () => {
  function request(
    body: string | Uint8Array | ReadableStream | undefined,
    headers: Record<string, string> = {},
  ) {
    const made = new functions.HttpRequest({
      method: "POST",
      url: "http://relay.test/api/x",
      headers: { "content-type": "application/json", ...headers },
      ...(typeof body === "string" && { body: { string: body } }),
      ...(body instanceof Uint8Array && { body: { bytes: body } }),
    });
    if (body instanceof ReadableStream) Object.defineProperty(made, "body", { value: body });
    return made;
  }
  async function read(...facts: Parameters<typeof request>) {
    const deadline = startDeadline(systemRuntime, 10_000);
    try {
      return await readJsonBody(request(...facts), deadline);
    } finally {
      deadline.clear();
    }
  }
  const refused = (code: string, message: RegExp) => (error: unknown) =>
    error instanceof RelayError && error.code === code && message.test(error.message);

  it("is an object", async () => {
    assert.deepEqual(await read('{"a":[1,"ä"]}'), { a: [1, "ä"] });
    assert.deepEqual(await read(undefined), {});
    assert.deepEqual(await read("{}", { "content-type": "APPLICATION/JSON; charset=utf-8" }), {});
    assert.deepEqual(await read("{}", { "content-type": "application/merge-patch+json" }), {});
  });

  for (const body of ["[]", "null", '"text"', "5", "true"]) {
    it(`is not ${body}`, () => assert.rejects(read(body), refused("invalid_input", /JSON object/)));
  }
  for (const body of ["{", "{'a':1}", '{"a":1} x', "{a:1}", '{"a":NaN}', "\ufeff{}x"]) {
    it(`is not ${JSON.stringify(body)}`, () =>
      assert.rejects(read(body), refused("invalid_input", /valid JSON/)));
  }

  it("is not quoted back when it is wrong", () =>
    assert.rejects(
      read('{"a": secret-text'),
      (error: unknown) => error instanceof RelayError && !JSON.stringify(error.toBody("")).includes("secret"),
    ));

  it("is UTF-8", () =>
    assert.rejects(
      read(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])),
      refused("invalid_input", /UTF-8/),
    ));

  for (const contentType of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "",
    "application/jsonx",
    "text/json",
  ]) {
    it(`is not of the type ${JSON.stringify(contentType)}`, () =>
      assert.rejects(read("{}", { "content-type": contentType }), refused("unsupported_media_type", /JSON/)));
  }

  it("may be 32 levels deep, whatever its strings hold", async () => {
    const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}"[[[\\"{{{"${"]".repeat(depth - 1)}}`;
    assert.ok(await read(nested(32)));
    await assert.rejects(read(nested(33)), refused("invalid_input", /deeper than 32/));
    await assert.rejects(read("[".repeat(1_000_000)), refused("invalid_input", /deeper than 32/));
  });

  it("may be 10 MB long, and not one byte more, whether or not it says so", async () => {
    const filler = (length: number) =>
      Buffer.concat([Buffer.from('{"a":"'), Buffer.alloc(length - 8, "x"), Buffer.from('"}')]);
    assert.equal(String((await read(filler(maxBodyBytes))).a).length, maxBodyBytes - 8);
    const tooLarge = refused("payload_too_large", /10 MB/);
    await assert.rejects(read(filler(maxBodyBytes + 1)), tooLarge);
    await assert.rejects(read("{}", { "content-length": String(maxBodyBytes + 1) }), tooLarge);
  });

  it("that never ends is let go of as soon as it is too long", async () => {
    let pulled = 0;
    let cancelled = false;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel() {
        cancelled = true;
      },
    });
    await assert.rejects(read(endless), refused("payload_too_large", /10 MB/));
    assert.ok(cancelled);
    assert.ok(pulled < 180, String(pulled));
  });

  it("that stalls ends with the deadline", async () => {
    const deadline = startDeadline(systemRuntime, 20);
    const stalled = request(
      new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from("{")) }),
    );
    // The deadline's own timer keeps no process alive; a server's sockets do.
    const alive = setTimeout(() => {}, 5_000);
    await assert.rejects(readJsonBody(stalled, deadline), refused("invalid_input", /in time/));
    clearTimeout(alive);
  });

  it("has the length that is declared in plain digits", () => {
    const rows: readonly [string, number | undefined][] = [
      ["0", 0],
      ["12", 12],
      ["-1", undefined],
      ["1e3", undefined],
      ["12 ", 12],
      ["9".repeat(16), undefined],
    ];
    for (const [text, length] of rows)
      assert.equal(declaredLength(request(undefined, { "content-length": text })), length);
    assert.equal(declaredLength(request(undefined)), undefined);
  });
});

describe("A record of the log", () => {
  it("is one line of ASCII-safe JSON, capped, whatever is in it", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary", maxLength: 2_000 })),
        (fields) => {
          const line = logLine(fields);
          assert.ok(!/[\n\r\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/.test(line));
          const read: Record<string, string> = JSON.parse(line);
          for (const [name, value] of Object.entries(fields)) {
            if (name === "__proto__") continue;
            assert.equal(read[name], value.length > 500 ? `${value.slice(0, 500)}…` : value);
          }
        },
      ),
    );
  });

  it("of a megabyte is half a kilobyte, and keeps what is no text", () => {
    assert.ok(logLine({ a: "x".repeat(1_000_000) }).length < 520);
    assert.equal(logLine({ status: 200, ok: true, code: undefined }), '{"status":200,"ok":true}');
    assert.equal(logLine({ a: "\u001b[31m\u2028\n" }), '{"a":"\\u001b[31m\\u2028\\n"}');
    // C1 controls move cursors, a next line breaks lines, a byte order mark hides.
    const odd = "\u007f\u0085\u009b\u2029\ufeff";
    const escaped = String.raw`\u007f\u0085\u009b\u2029\ufeff`;
    assert.equal(logLine({ [odd]: odd }), `{"${escaped}":"${escaped}"}`);
  });
});
