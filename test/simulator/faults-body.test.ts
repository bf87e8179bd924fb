import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { createGunzip, gunzipSync } from "node:zlib";
import type { Fault, FaultTarget } from "../../local/simulator/index.ts";
import { type RawAnswer, raw, startBench, type TestBench } from "./support.ts";

/** 200 MB. */
const bombSize = 209_715_200;
let bench: TestBench;

before(async () => {
  bench = await startBench();
});
afterEach(() => {
  assert.equal(bench.simulator.faults.pending, 0, "every fault was used up");
});
after(() => bench.simulator.close());

function add(fault: Fault, target: FaultTarget = {}): void {
  bench.simulator.faults.add({ service: "appStoreConnect", fault, ...target });
}

function read(target = "/v1/apps"): Promise<RawAnswer> {
  return raw(bench.simulator.urls.appStoreConnect, target, { token: bench.tokens.team });
}

/** Bytes that come out of a gzip stream, and the error that ends it, without holding them. */
function expand(packed: Buffer): Promise<{ bytes: number; error: string | undefined }> {
  return new Promise((resolve) => {
    let bytes = 0;
    const gunzip = createGunzip();
    gunzip.on("data", (part: Buffer) => {
      bytes += part.length;
    });
    gunzip.on("end", () => resolve({ bytes, error: undefined }));
    gunzip.on("error", (error: NodeJS.ErrnoException) => resolve({ bytes, error: error.code }));
    gunzip.end(packed);
  });
}

describe("gzip bombs", () => {
  test("expand a thousand times", async () => {
    add({ kind: "gzip-bomb", variant: "ratio" });
    const answer = await read();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-encoding"], "gzip");
    assert.equal(answer.headers["content-type"], "application/json");
    assert.ok(answer.body.length < 250_000, `${answer.body.length} bytes`);
    assert.deepEqual(await expand(answer.body), { bytes: bombSize, error: undefined });
  });

  test("nest", async () => {
    add({ kind: "gzip-bomb", variant: "nested" });
    const answer = await read();
    assert.equal(answer.headers["content-encoding"], "gzip, gzip");
    assert.ok(answer.body.length < 10_000, `${answer.body.length} bytes`);
    assert.deepEqual(await expand(gunzipSync(answer.body)), { bytes: bombSize, error: undefined });
  });

  test("break off", async () => {
    add({ kind: "gzip-bomb", variant: "truncated", expandsTo: 4_194_304 });
    const answer = await read();
    assert.equal(answer.error, undefined);
    const { bytes, error } = await expand(answer.body);
    assert.equal(error, "Z_BUF_ERROR");
    assert.ok(bytes > 0 && bytes < 4_194_304);
  });

  test("are the file itself where the answer is a gzip file", async () => {
    add({ kind: "gzip-bomb", variant: "ratio", expandsTo: 1_048_576 });
    const answer = await read(
      "/v1/salesReports?filter[vendorNumber]=85000000&filter[reportType]=SALES&filter[reportSubType]=SUMMARY&filter[frequency]=DAILY&filter[reportDate]=2026-11-21",
    );
    assert.equal(answer.headers["content-encoding"], undefined);
    assert.equal(answer.headers["content-type"], "application/a-gzip");
    assert.equal(gunzipSync(answer.body).length, 1_048_576);
  });
});

describe("sizes", () => {
  test("oversized JSON comes with its length or in chunks", async () => {
    add({ kind: "oversized" });
    const sized = await read();
    assert.deepEqual([sized.body.length, sized.headers["content-length"]], [11_534_336, "11534336"]);
    assert.doesNotThrow(() => JSON.parse(sized.body.toString()));
    add({ kind: "oversized", bytes: 2_000_000, contentLength: false });
    const chunked = await read();
    assert.equal(chunked.body.length, 2_000_000);
    assert.deepEqual(
      [chunked.headers["content-length"], chunked.headers["transfer-encoding"]],
      [undefined, "chunked"],
    );
  });

  test("truncated JSON with the right length is a whole answer", async () => {
    add({ kind: "truncated", contentLength: "right" });
    const answer = await read();
    assert.equal(answer.error, undefined);
    assert.equal(Number(answer.headers["content-length"]), answer.body.length);
    assert.throws(() => JSON.parse(answer.body.toString()), SyntaxError);
  });

  test("truncated JSON with the length of the whole ends too early", async () => {
    const whole = await read();
    add({ kind: "truncated", contentLength: "wrong" });
    const answer = await read();
    assert.equal(answer.error, "ECONNRESET");
    assert.equal(answer.headers["content-length"], whole.headers["content-length"]);
    assert.equal(answer.body.length, Math.floor(whole.body.length / 2));
  });
});

describe("changes of the real answer", () => {
  interface Document {
    data: { id: unknown; attributes: Record<string, unknown>; links?: unknown }[];
    links: { next?: string; self: string };
    extra?: unknown;
  }
  const document = async (target = "/v1/apps?limit=1"): Promise<Document> =>
    JSON.parse((await read(target)).body.toString());

  test("another content type", async () => {
    add({ kind: "content-type", value: "text/plain" });
    const answer = await read();
    assert.equal(answer.headers["content-type"], "text/plain");
    assert.doesNotThrow(() => JSON.parse(answer.body.toString()));
  });

  test("another next link", async () => {
    const origin = bench.simulator.urls.appStoreConnect;
    const next = (await document()).links.next ?? "";
    const cases = [
      ["other-host", next.replace(origin, "https://evil.invalid")],
      ["userinfo", next.replace(origin, `${origin}@evil.invalid`)],
      ["other-route", `${origin}/v1/users?cursor=AQ.other&limit=1`],
      ["self-loop", `${origin}/v1/apps?limit=1`],
      [{ url: "//evil.invalid/\u2028" }, "//evil.invalid/\u2028"],
    ] as const;
    for (const [to, expected] of cases) {
      add({ kind: "next-link", to });
      assert.equal((await document()).links.next, expected);
    }
    // The last page, and an answer that has no next of its own.
    add({ kind: "next-link", to: "self-loop" });
    assert.equal(
      (await document("/v1/territories?limit=200")).links.next,
      `${origin}/v1/territories?limit=200`,
    );
    assert.equal(new URL(cases[1][1]).hostname, "evil.invalid");
  });

  test("more, fewer and other fields, and ids as numbers", async () => {
    add({
      kind: "fields",
      add: { color: "teal" },
      remove: ["sku", "links"],
      replace: { primaryLocale: "xx-NEW" },
    });
    const [app] = (await document()).data;
    assert.equal(app?.attributes.color, "teal");
    assert.equal(app?.attributes.primaryLocale, "xx-NEW");
    assert.deepEqual(
      ["sku" in (app?.attributes ?? {}), app?.links, app?.id],
      [false, undefined, "1480000001"],
    );
    add({ kind: "fields", idsAsNumbers: true });
    assert.equal((await document()).data[0]?.id, 1480000001);
    add({ kind: "fields", add: { extra: 1 } }, { service: "adjust" });
    const adjust = await raw(bench.simulator.urls.adjust, "/app-automation/app/hk1ios2game3", {
      token: bench.tokens.adjust,
    });
    assert.equal(JSON.parse(adjust.body.toString()).extra, 1);
  });

  test("combine on one request", async () => {
    add({ kind: "content-type", value: "application/vnd.api+json" });
    add({ kind: "fields", idsAsNumbers: true });
    add({ kind: "truncated", contentLength: "right" });
    const answer = await read("/v1/apps?limit=1");
    assert.equal(answer.headers["content-type"], "application/vnd.api+json");
    assert.match(answer.body.toString(), /"id":1480000001/);
    assert.throws(() => JSON.parse(answer.body.toString()));
  });
});
