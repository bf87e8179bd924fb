/** Raw relays through the real host, on real sockets: what passes, and what becomes of connections that break. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { type FunctionApp, settingsOf, startFunctionApp } from "../support/function-app.ts";
import { collectGarbage } from "../support/garbage.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { startUpstreamServer, type UpstreamServer } from "./upstream-server.ts";

const megabyte = 1024 * 1024;
const adjust = "/relay/adjust/app-automation/x";

let relay: Relay;
let upstream: UpstreamServer;
let app: FunctionApp;

before(async () => {
  relay = await startRelay();
  upstream = await startUpstreamServer();
  app = await startFunctionApp({ ...settingsOf(relay), ADJUST_URL: upstream.origin });
});
after(async () => {
  await app.close();
  await upstream[Symbol.asyncDispose]();
  await relay.close();
});

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** A request that may be written to in pieces; fetch cannot leave in the middle. */
function open(target: string, method = "GET", headers: Record<string, string> = {}): ClientRequest {
  return httpRequest(`${app.url}${target}`, {
    method,
    agent: false,
    headers: { "x-functions-key": app.key, ...headers },
  });
}

async function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  const [answer] = await once(request, "response");
  return answer as IncomingMessage;
}

/** Waits until `happened`, a few seconds at most. */
async function until(happened: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 5_000;
  while (!happened()) {
    assert.ok(performance.now() < end, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe("What the service says", () => {
  const odd = ' {\n"b" : 1.0,"a":12345678901234567890,"a":"\\u00e4\\/","links":{"prev":"x"}}\t\n';
  const answers: readonly [
    what: string,
    status: number,
    contentType: string | undefined,
    body: string | Buffer,
  ][] = [
    ["JSON with odd spelling", 200, "application/json;charset=UTF-8", odd],
    ["JSON:API", 200, "application/vnd.api+json", '{"data":null}'],
    ["a created resource", 201, "application/json", '{"id":"1"}'],
    ["202 without a body", 202, undefined, ""],
    ["an empty list", 200, "application/json", "[]"],
    ["CSV", 200, "text/csv; charset=latin1", Buffer.from([0xe4, 0x2c, 0x31, 0x0a])],
    ["bytes", 200, "application/octet-stream", randomBytes(70_000)],
    ["a gzip file", 200, "application/a-gzip", gzipSync("a\tb\n")],
    ["bytes of no type", 200, undefined, Buffer.from([0, 1, 2, 255])],
    ["a page", 200, "text/html", "<html>"],
    ["a refusal in JSON", 409, "application/json", '{"errors":[{"code":"X"}]}'],
    ["a refusal in words", 403, "text/plain", "Forbidden"],
    ["a refusal without a body", 404, undefined, ""],
    ["an odd status", 418, "text/plain", "short and stout"],
    ["a failure", 500, "application/json", '{"oops":true}'],
  ];
  for (const [what, status, contentType, body] of answers) {
    for (const method of ["GET", "POST"]) {
      // A failing read is asked for three times more, with real waits; one of each kind is enough elsewhere.
      if (status === 500 && method === "GET") continue;
      it(`passes byte for byte: ${what} to ${method}`, async () => {
        upstream.answer = (request, response) => {
          request.resume();
          response.writeHead(status, contentType === undefined ? {} : { "content-type": contentType });
          response.end(body);
        };
        const answer = await app.fetch(adjust, { method, ...(method === "POST" && { body: "{}" }) });
        const bytes = Buffer.from(await answer.arrayBuffer());
        assert.equal(answer.status, status);
        assert.equal(answer.headers.get("content-type"), contentType ?? null);
        assert.equal(bytes.compare(Buffer.from(body)), 0);
        assert.equal(answer.headers.get("x-relay-error"), null);
        assert.match(answer.headers.get("x-correlation-id") ?? "", /^[0-9a-f]{32}$/);
        assert.equal(answer.headers.get("cache-control"), "no-store");
      });
    }
  }

  it("of 204 has no body and leaves nothing open", async () => {
    upstream.answer = (_request, response) => response.writeHead(204).end();
    for (let call = 0; call < 3; call += 1) {
      const answer = await app.fetch(adjust);
      assert.deepEqual([answer.status, await answer.text()], [204, ""]);
    }
    assert.ok(upstream.openSockets() <= 2);
  });

  it("comes expanded where it was compressed on the way", async () => {
    for (const [contentType, body] of [
      ["application/json", JSON.stringify({ text: "ä".repeat(10_000) })],
      ["text/csv", "a,b\n".repeat(10_000)],
    ] as const) {
      upstream.answer = (_request, response) => {
        const bytes = gzipSync(body);
        response.writeHead(200, {
          "content-type": contentType,
          "content-encoding": "gzip",
          "content-length": bytes.length,
        });
        response.end(bytes);
      };
      const answer = await app.fetch(adjust, { headers: { "accept-encoding": "identity" } });
      assert.equal(answer.headers.get("content-encoding"), null);
      assert.equal(await answer.text(), body);
      assert.equal(answer.headers.get("content-type"), contentType);
    }
  });

  it("has its rate limit and wait, and no other header", async () => {
    upstream.answer = (_request, response) => {
      response.writeHead(404, {
        "content-type": "application/json",
        "x-rate-limit": "user-hour-lim:3600;user-hour-rem:3599;",
        "retry-after": "1735689600000",
        "set-cookie": "session=1",
        location: "https://elsewhere.example",
        server: "secret/1.0",
        "access-control-allow-origin": "*",
        "x-relay-error": "faked",
        "x-correlation-id": "faked",
      });
      response.end("{}");
    };
    const { headers } = await app.fetch(adjust);
    assert.equal(headers.get("x-rate-limit"), "user-hour-lim:3600;user-hour-rem:3599;");
    assert.equal(headers.get("retry-after"), "1735689600000");
    for (const name of ["set-cookie", "location", "server", "access-control-allow-origin", "x-relay-error"]) {
      assert.equal(headers.get(name), null, name);
    }
    assert.notEqual(headers.get("x-correlation-id"), "faked");
  });
});

describe("What the caller sends", () => {
  it("reaches the service as accept, content type, query and body, and as nothing else", async () => {
    upstream.arrived.length = 0;
    upstream.answer = (request, response) => {
      request.resume();
      response.end();
    };
    const query =
      "b=2&code=not-a-key&a=1&a=%2B%26%C3%A4&clientId=x&credential=demo-adjust&bundleId=com.example.a&empty=";
    await app.fetch(`${adjust}?${query}`, {
      method: "PATCH",
      body: "{}",
      headers: {
        accept: "text/csv",
        "content-type": "application/x-odd; a=b",
        "x-relay-credential": "demo-adjust",
        cookie: "a=b",
        authorization: "Bearer of-the-caller",
        "x-forwarded-for": "203.0.113.9",
        "x-api-key": "abc",
        "accept-encoding": "br",
        "user-agent": "caller/1",
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      },
    });
    const [arrived] = upstream.arrived;
    assert.deepEqual(
      [arrived?.method, arrived?.url],
      ["PATCH", "/app-automation/x?b=2&a=1&a=%2B%26%C3%A4&empty="],
    );
    const { authorization, host, ...rest } = arrived?.headers ?? {};
    assert.equal(authorization, `Bearer ${relay.demo.vault["demo-adjust"]?.value}`);
    assert.equal(host, new URL(upstream.origin).host);
    assert.deepEqual(rest, {
      accept: "text/csv",
      "accept-encoding": "gzip",
      connection: "keep-alive",
      "content-length": "2",
      "content-type": "application/x-odd; a=b",
      "user-agent": "app-store-relay/1",
    });
  });

  for (const method of ["HEAD", "OPTIONS", "TRACE", "PROPFIND"]) {
    it(`by ${method} reaches nothing`, async () => {
      upstream.arrived.length = 0;
      const answer = await answerTo(open(adjust, method).end());
      answer.resume();
      assert.equal(answer.statusCode, 404);
      assert.deepEqual(upstream.arrived, []);
    });
  }

  it("without a key reaches nothing", async () => {
    upstream.arrived.length = 0;
    for (const headers of [{ "x-functions-key": "" }, { "x-functions-key": "wrong" }]) {
      assert.equal((await app.fetch(adjust, { headers })).status, 401);
    }
    assert.deepEqual(upstream.arrived, []);
  });
});

describe("Large bodies", () => {
  const bytes = randomBytes(8 * megabyte);
  const digest = sha256(bytes);
  const receive = (
    done: (body: { digest: string; length: number; headers: IncomingMessage["headers"] }) => void,
  ) => {
    upstream.answer = (request, response) => {
      const hash = createHash("sha256");
      let length = 0;
      request.on("data", (chunk: Buffer) => {
        hash.update(chunk);
        length += chunk.length;
      });
      request.on("end", () => {
        done({ digest: hash.digest("hex"), length, headers: request.headers });
        response.writeHead(201, { "content-type": "application/json" }).end('{"ok":true}');
      });
    };
  };

  for (const form of ["of known length", "in chunks"] as const) {
    it(`of 8 MB go up ${form}`, async () => {
      let got: { digest: string; length: number; headers: IncomingMessage["headers"] } | undefined;
      receive((body) => {
        got = body;
      });
      const pieces = Readable.from(
        (function* () {
          for (let at = 0; at < bytes.length; at += 100_003) yield bytes.subarray(at, at + 100_003);
        })(),
        { objectMode: false },
      );
      const request = open(adjust, "POST", {
        "content-type": "application/octet-stream",
        ...(form === "of known length" && { "content-length": String(bytes.length) }),
      });
      pieces.pipe(request);
      const answer = await answerTo(request);
      assert.deepEqual([answer.statusCode, (await buffer(answer)).toString()], [201, '{"ok":true}']);
      assert.deepEqual([got?.digest, got?.length], [digest, bytes.length]);
      assert.equal(
        got?.headers["content-length"],
        form === "of known length" ? String(bytes.length) : undefined,
      );
      assert.equal(got?.headers["transfer-encoding"], form === "of known length" ? undefined : "chunked");
    });

    it(`of 8 MB come down ${form}`, async () => {
      upstream.answer = (_request, response) => {
        response.writeHead(200, {
          "content-type": "application/octet-stream",
          ...(form === "of known length" && { "content-length": bytes.length }),
        });
        for (let at = 0; at < bytes.length; at += 100_003) response.write(bytes.subarray(at, at + 100_003));
        response.end();
      };
      const answer = await app.fetch(adjust);
      assert.equal(sha256(Buffer.from(await answer.arrayBuffer())), digest);
    });
  }

  it("going up are not kept: the first bytes are with the service while the last are not yet sent", async () => {
    let first: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => {
      first = resolve;
    });
    upstream.answer = (request, response) => {
      request.once("data", () => first?.());
      request.on("end", () => response.writeHead(200, { "content-type": "text/plain" }).end("all"));
      request.resume();
    };
    const request = open(adjust, "PUT", { "content-type": "application/octet-stream" });
    request.write(bytes.subarray(0, 3 * megabyte));
    await begun;
    request.end(bytes.subarray(3 * megabyte, 4 * megabyte));
    assert.equal((await buffer(await answerTo(request))).toString(), "all");
  });

  it("coming down are not kept: the first bytes are with the caller while the last are not yet sent", async () => {
    let rest: (() => void) | undefined;
    upstream.answer = (_request, response) => {
      response.writeHead(200, { "content-type": "text/csv" });
      response.write("first,");
      rest = () => response.end("last");
    };
    const answer = await answerTo(open(adjust).end());
    const [first] = await once(answer, "data");
    assert.equal(String(first), "first,");
    rest?.();
    assert.equal((await buffer(answer)).toString(), "last");
  });

  it("coming down take little memory: 64 MB while 64 MB pass", async () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    upstream.answer = (_request, response) => {
      response.writeHead(200, { "content-type": "text/csv" });
      Readable.from(
        (function* () {
          for (let sent = 0; sent < 64 * megabyte; sent += chunk.length) yield chunk;
        })(),
        { objectMode: false },
      ).pipe(response);
    };
    // What is held, without what only waits for the collector: how much that is differs by Node.
    const held = () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    const before = held();
    let peak = 0;
    let length = 0;
    let nextLook = 0;
    for await (const part of await answerTo(open(adjust).end())) {
      length += part.length;
      if (length < nextLook) continue;
      nextLook = length + 4 * megabyte;
      peak = Math.max(peak, held() - before);
    }
    assert.equal(length, 64 * megabyte);
    assert.ok(peak < 8 * megabyte, `${Math.round(peak / megabyte)} MB`);
  });

  it("coming down wait for a slow caller, instead of piling up", async () => {
    let sent = 0;
    upstream.answer = (_request, response) => {
      response.writeHead(200, { "content-type": "text/csv" });
      const chunk = Buffer.alloc(64 * 1024, "x");
      Readable.from(
        (function* () {
          for (; sent < 64 * megabyte; sent += chunk.length) yield chunk;
        })(),
        { objectMode: false },
      ).pipe(response);
    };
    const answer = await answerTo(open(adjust).end());
    answer.pause();
    let before = -1;
    // Until nothing moves any more.
    while (sent !== before) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // What sockets hold on their way, on both sides.
    assert.ok(sent < 24 * megabyte, `${Math.round(sent / megabyte)} MB`);
    assert.equal((await buffer(answer)).length, 64 * megabyte);
  });

  it("past 10 MB are refused, with a declared length before a byte is read", async () => {
    upstream.arrived.length = 0;
    const request = open(adjust, "POST", {
      "content-length": String(10 * megabyte + 1),
      expect: "100-continue",
    });
    request.on("error", () => {});
    request.flushHeaders();
    const answer = await answerTo(request);
    assert.equal(answer.statusCode, 413);
    assert.equal(answer.headers["x-relay-error"], "payload_too_large");
    assert.equal(JSON.parse((await buffer(answer)).toString()).error.code, "payload_too_large");
    assert.deepEqual(upstream.arrived, []);
    request.destroy();
  });

  it("past 10 MB in chunks are refused, and never reach the service whole", async () => {
    let whole = false;
    upstream.answer = (request, response) => {
      request.on("end", () => {
        whole = true;
        response.end();
      });
      request.on("error", () => {});
      request.resume();
    };
    const request = open(adjust, "POST", { "content-type": "application/octet-stream" });
    request.on("error", () => {});
    Readable.from([bytes, bytes.subarray(0, 2 * megabyte), Buffer.alloc(1)], { objectMode: false }).pipe(
      request,
    );
    const answer = await answerTo(request);
    assert.equal(answer.statusCode, 413);
    assert.equal(answer.headers["x-relay-error"], "payload_too_large");
    answer.resume();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(whole, false);
  });
});

describe("Connections that break", () => {
  for (const form of ["of known length", "in chunks"] as const) {
    it(`on the service's side in the middle of an answer ${form} break the caller's too`, async () => {
      upstream.answer = (_request, response) => {
        response.writeHead(200, {
          "content-type": "text/csv",
          ...(form === "of known length" && { "content-length": 1_000 }),
        });
        response.write("half,");
        setTimeout(() => response.socket?.resetAndDestroy(), 30);
      };
      const answer = await answerTo(open(adjust).end());
      assert.equal(answer.statusCode, 200);
      await assert.rejects(buffer(answer), /aborted|ECONNRESET/);
      assert.equal(answer.complete, false);
    });
  }

  it("on the service's side in the middle of JSON to a write are 502 with an unknown outcome", async () => {
    upstream.arrived.length = 0;
    upstream.answer = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": 1_000 });
      response.write('{"half":');
      setTimeout(() => response.socket?.resetAndDestroy(), 5);
    };
    const answer = await app.fetch(adjust, { method: "POST", body: "{}" });
    assert.deepEqual([answer.status, answer.headers.get("x-relay-error")], [502, "bad_upstream_response"]);
    assert.equal(Object(await answer.json()).error.outcome, "unknown");
    assert.equal(upstream.arrived.length, 1);
  });

  it("on the caller's side in the middle of an answer free the service's socket", async () => {
    let sending: ServerResponse | undefined;
    let closed = false;
    upstream.answer = (_request, response) => {
      sending = response;
      response.on("close", () => {
        closed = true;
      });
      response.writeHead(200, { "content-type": "text/csv" });
      const drip = setInterval(() => response.write("row\n"), 5);
      response.on("close", () => clearInterval(drip));
    };
    const request = open(adjust).end();
    const answer = await answerTo(request);
    await once(answer, "data");
    answer.on("error", () => {});
    request.destroy();
    await until(() => closed, "the service's socket is still open");
    assert.ok(sending && !sending.writableFinished);
  });

  it("on the caller's side in the middle of a body free the service's socket", async () => {
    let begun = false;
    let aborted = false;
    upstream.answer = (request) => {
      request.on("data", () => {
        begun = true;
      });
      request.on("error", () => {});
      request.on("close", () => {
        aborted = !request.complete;
      });
    };
    const request = open(adjust, "POST", { "content-type": "application/octet-stream" });
    request.on("error", () => {});
    request.write(Buffer.alloc(2 * megabyte));
    await until(() => begun, "nothing arrived");
    request.destroy();
    await until(() => aborted, "the service still waits for the rest");
  });
});
