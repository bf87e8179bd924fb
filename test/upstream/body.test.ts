import assert from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { expandedBody, isJson, parseJson, readBytes } from "../../functions/upstream/body.ts";
import type { Exchange } from "../../functions/upstream/client.ts";
import { type FailureKind, UpstreamFailure } from "../../functions/upstream/failure.ts";

const megabyte = 1024 * 1024;
const never = new AbortController().signal;

function exchange(body: Readable | Uint8Array, headers: Record<string, string> = {}): Exchange {
  const stream = body instanceof Uint8Array ? Readable.from([body], { objectMode: false }) : body;
  stream.on("error", () => {});
  return { status: 200, headers, body: stream };
}

/** A body that ends with an error after its chunks, as a socket that breaks does. */
function breaking(chunks: readonly Uint8Array[], error: Error): Readable {
  return Readable.from(
    (async function* () {
      yield* chunks;
      throw error;
    })(),
    { objectMode: false },
  );
}

function failsAs(kind: FailureKind) {
  return (error: unknown) => error instanceof UpstreamFailure && error.kind === kind;
}

describe("A body that is read whole", () => {
  it("is its bytes, plain and compressed", async () => {
    const bytes = Buffer.from('{"a":"ä€😀"}');
    assert.deepEqual(await readBytes(exchange(bytes), 100, never), bytes);
    const chunks = Readable.from([bytes.subarray(0, 7), bytes.subarray(7)], { objectMode: false });
    assert.deepEqual(await readBytes(exchange(chunks), 100, never), bytes);
    const gzipped = exchange(gzipSync(bytes), { "content-encoding": "gzip" });
    assert.deepEqual(await readBytes(gzipped, 100, never), bytes);
    assert.deepEqual(await readBytes(exchange(Readable.from([])), 100, never), Buffer.alloc(0));
  });

  it("may have as many bytes as the limit, and not one more", async () => {
    for (const headers of [{}, { "content-length": "100" }, { "content-encoding": "identity" }]) {
      assert.equal((await readBytes(exchange(Buffer.alloc(100), headers), 100, never)).length, 100);
    }
    for (const headers of [{}, { "content-length": "101" }, { "content-encoding": "identity" }]) {
      const answer = exchange(Buffer.alloc(101), headers);
      await assert.rejects(readBytes(answer, 100, never), failsAs("too-large"));
      assert.ok(answer.body.destroyed);
    }
  });

  it("stops early: an endless body is not read on", async () => {
    let read = 0;
    const endless = new Readable({
      read() {
        read += 1;
        this.push(Buffer.alloc(16_384));
      },
    });
    await assert.rejects(readBytes(exchange(endless), megabyte, never), failsAs("too-large"));
    assert.ok(endless.destroyed);
    assert.ok(read < 80, String(read));
  });

  it("that breaks is cut, never short", async () => {
    const broken = breaking(
      [Buffer.from('{"a":')],
      Object.assign(new Error("reset"), { code: "ECONNRESET" }),
    );
    await assert.rejects(readBytes(exchange(broken), 100, never), failsAs("truncated"));
  });

  it("that stalls past the deadline ends with the deadline", async () => {
    const controller = new AbortController();
    const stalled = new PassThrough();
    stalled.write("{");
    const reading = readBytes(exchange(stalled), 100, controller.signal);
    controller.abort();
    stalled.destroy(new Error("aborted"));
    await assert.rejects(reading, failsAs("deadline"));
  });

  it("that is cut or damaged gzip is malformed", async () => {
    const whole = gzipSync(Buffer.from("x".repeat(5_000) + Math.random()));
    const damaged = Buffer.from(whole);
    damaged[whole.length - 5] = (damaged[whole.length - 5] ?? 0) ^ 0xff;
    for (const bytes of [whole.subarray(0, whole.length / 2), damaged, Buffer.from("no gzip at all")]) {
      const answer = exchange(bytes, { "content-encoding": "gzip" });
      await assert.rejects(readBytes(answer, 10_000, never), failsAs("malformed"));
    }
  });

  for (const encoding of ["br", "deflate", "gzip, gzip", "compress", "GZIP,identity"]) {
    it(`in the encoding ${encoding} was not asked for`, async () => {
      const answer = exchange(Buffer.from("x"), { "content-encoding": encoding });
      await assert.rejects(readBytes(answer, 100, never), failsAs("malformed"));
      assert.ok(answer.body.destroyed);
    });
  }

  it("may expand far while it is small, and not past the ratio when it is not", async () => {
    const small = exchange(gzipSync(Buffer.alloc(megabyte)), { "content-encoding": " GZip " });
    assert.equal((await readBytes(small, 10 * megabyte, never)).length, megabyte);
    const bomb = exchange(gzipSync(Buffer.alloc(8 * megabyte)), { "content-encoding": "gzip" });
    await assert.rejects(readBytes(bomb, 10 * megabyte, never), failsAs("malformed"));
  });
});

describe("A body that is streamed", () => {
  it("comes through expanded, chunk by chunk", async () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `row ${index}\n`).join("");
    const answer = exchange(gzipSync(text), { "content-encoding": "gzip" });
    assert.equal((await buffer(expandedBody(answer, megabyte))).toString(), text);
  });

  it("breaks when its source breaks, and says so to its reader", async () => {
    const broken = breaking([Buffer.from("half")], new Error("reset"));
    await assert.rejects(buffer(expandedBody(exchange(broken), 100)), /reset/);
  });

  it("past the limit breaks", async () => {
    const answer = exchange(Readable.from([Buffer.alloc(60), Buffer.alloc(60)], { objectMode: false }));
    await assert.rejects(buffer(expandedBody(answer, 100)), failsAs("too-large"));
  });

  it("that declares more than the limit is not begun", () => {
    const answer = exchange(Buffer.alloc(1), { "content-length": "101" });
    assert.throws(() => expandedBody(answer, 100), failsAs("too-large"));
    assert.ok(answer.body.destroyed);
  });

  it("lets go of its source when its reader leaves", async () => {
    for (const headers of [{}, { "content-encoding": "gzip" }]) {
      const source = new PassThrough();
      const answer = exchange(source, headers);
      const streamed = expandedBody(answer, megabyte);
      streamed.on("error", () => {});
      streamed.destroy();
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(source.destroyed);
    }
  });
});

describe("Strict JSON", () => {
  it("is UTF-8 and one value", () => {
    assert.deepEqual(parseJson(Buffer.from(' {"a":[1,"ü"]} \n')).value, { a: [1, "ü"] });
    for (const bytes of [
      Buffer.from(""),
      Buffer.from('{"a":1'),
      Buffer.from('{"a":1} x'),
      Buffer.from("{'a':1}"),
      Buffer.from("NaN"),
      Buffer.from("<html>"),
      Buffer.from('\ufeff{"a":1}'),
      Buffer.from([0x22, 0xff, 0x22]),
      Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    ]) {
      assert.throws(() => parseJson(bytes), failsAs("malformed"));
    }
  });

  it("does not tell what it could not read", () => {
    assert.throws(
      () => parseJson(Buffer.from("secret-text")),
      (error: Error) => !error.message.includes("secret") && error.cause === undefined,
    );
  });

  const types: readonly [contentType: string | undefined, json: boolean][] = [
    ["application/json", true],
    ["application/json; charset=utf-8", true],
    ["APPLICATION/JSON;charset=UTF-8", true],
    ["application/vnd.api+json", true],
    ["application/problem+json", true],
    ["application/json-seq", false],
    ["application/jsonp", false],
    ["text/json", false],
    ["text/html", false],
    ["application/a-gzip", false],
    ["", false],
    [undefined, false],
  ];
  for (const [contentType, json] of types) {
    it(`${contentType} is ${json ? "" : "not "}JSON`, () => assert.equal(isJson(contentType), json));
  }
});
