import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { catalogue } from "../../functions/catalogue.ts";
import { parametersOf } from "../support/catalogue.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

const cap = 10 * 1024 * 1024;

/** A body of about ten megabytes: `head`, then `piece` as often as it fits, then `tail`. */
function fill(head: string, piece: string, tail: string): string {
  const times = Math.floor((cap - head.length - tail.length - 10) / piece.length);
  return head + piece.repeat(times) + tail;
}

/** Numbered pieces, for names that differ. */
function number(head: string, count: number, piece: (index: number) => string, tail: string): string {
  return head + Array.from({ length: count }, (_nothing, index) => piece(index)).join(",") + tail;
}

const request = '"method":"POST","path":"v1/apps"';

/** Bodies whose cost is out of proportion to what was sent. */
const bodies: Readonly<Record<string, string>> = {
  "ten million levels": "[".repeat(cap - 10),
  "levels of objects": fill('{"body":', '{"a":', ""),
  "levels in a query": `{${request},"query":${"[".repeat(100)}${"]".repeat(100)}}`,
  "33 levels that are closed": `{${request},"body":${"[".repeat(32)}${"]".repeat(32)}}`,
  "millions of numbers": fill(`{${request},"body":[`, "0,", "0]}"),
  "millions of lists": fill(`{${request},"body":[`, "[],", "[]]}"),
  "millions of objects": fill(`{${request},"body":[`, "{},", "{}]}"),
  "millions of query values": fill(`{${request},"query":{"a":[`, "1,", "1]}}"),
  "hundreds of thousands of query values": `{${request},"query":{"a":[${"1,".repeat(400_000)}1]}}`,
  "query values that are no text": `{${request},"query":{"a":[${"{},".repeat(400_000)}1]}}`,
  "names that nobody knows": number("{", 400_000, (index) => `"n${index}":1`, "}"),
  "names that nobody knows, very long": `{"${"n".repeat(cap - 100)}":1}`,
  "the same names twice": number("{", 200_000, (index) => `"n${index}":1,"n${index}":1`, "}"),
  "long text where a word belongs": `{"method":"${"x".repeat(cap - 200)}","path":"v1/apps"}`,
  "a long path": `{"method":"GET","path":"v1/${"x".repeat(cap - 200)}"}`,
  "a long query": `{"method":"GET","path":"v1/apps","query":{"a":"${"x".repeat(cap - 200)}"}}`,
  "quotes that are escaped": fill('{"method":"', '\\"', '"}'),
};

describe("JSON that costs more than it weighs", () => {
  let relay: Relay;

  before(async () => {
    relay = await startRelay();
    await relay.call("SendAppStoreConnectRequest", { input: { method: "GET", path: "v1/apps" } });
  });
  after(() => relay?.close());
  beforeEach(() => relay.simulator.reset());

  for (const [name, body] of Object.entries(bodies)) {
    it(`is refused in short time with a short answer: ${name}`, async () => {
      assert.ok(Buffer.byteLength(body) <= cap);
      for (const id of ["SendAppStoreConnectRequest", "SendAppStoreServerRequest", "SendAdjustRequest"]) {
        const start = process.cpuUsage();
        const answer = await relay.call(id, { body });
        const { user, system } = process.cpuUsage(start);
        assert.equal(answer.status, 400, `${id}: ${answer.text.slice(0, 300)}`);
        assert.equal(answer.error?.code, "invalid_input");
        assert.ok(answer.text.length < 100_000, `an answer of ${answer.text.length} characters`);
        // One pass over ten megabytes takes 50 ms of this; anything of higher order takes minutes.
        assert.ok((user + system) / 1_000 < 5_000, `${(user + system) / 1_000} ms`);
        assert.equal(relay.simulator.requests.length, 0);
      }
    });
  }

  it("goes through as long as it is within bounds", async () => {
    const nested = `${"[".repeat(30)}${"]".repeat(30)}`;
    const body = `{"method":"POST","path":"v1/apps","body":{"data":${nested}}}`;
    const { status } = await relay.call("SendAppStoreConnectRequest", { body });
    assert.equal(relay.simulator.requests.length, 1);
    assert.notEqual(status, 400);
  });
});

describe("names that are special to JavaScript", () => {
  const names = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "__defineGetter__",
  ];

  const assertClean = (answer: Answer, label: string) => {
    assert.ok(answer.status < 500, `${label}: ${answer.text.slice(0, 300)}`);
    const probe: Record<string, unknown> = {};
    assert.equal(probe.polluted, undefined, label);
    assert.equal(Object.getPrototypeOf(probe), Object.prototype, label);
    assert.deepEqual(Object.keys(Object.prototype), []);
  };

  it("are refused as fields and parameters of every operation, and change no object", async () => {
    await using relay = await startRelay();
    for (const operation of catalogue.filter(({ kind }) => kind === "typed")) {
      const takesBody = parametersOf(operation).some(({ place }) => place === "body");
      for (const name of names) {
        const label = `${operation.id} ${name}`;
        relay.simulator.requests.length = 0;
        const inQuery = await relay.call(operation.id, { query: [[name, '{"polluted":true}']] });
        assert.equal(inQuery.status, 400, label);
        assert.ok(
          inQuery.error?.details?.some(({ field }) => field === name),
          `${label}: ${inQuery.text}`,
        );
        assertClean(inQuery, label);
        if (takesBody) {
          const inBody = await relay.call(operation.id, { body: `{"${name}":{"polluted":true}}` });
          assert.equal(inBody.status, 400, label);
          assert.ok(
            inBody.error?.details?.some(({ field }) => field === name),
            `${label}: ${inBody.text}`,
          );
          assertClean(inBody, label);
        }
        assert.equal(relay.simulator.requests.length, 0, label);
      }
    }
  });

  it("in what is passed on stay data and change no object", async () => {
    await using relay = await startRelay();
    for (const name of names) {
      for (const where of ["body", "query"]) {
        const body = `{"method":"POST","path":"v1/apps","${where}":{"${name}":"x","a":"b"}}`;
        assertClean(await relay.call("SendAppStoreConnectRequest", { body }), `${where} ${name}`);
      }
      assertClean(
        await relay.call("RelayReadAppStoreConnect", { params: { path: "v1/apps" }, query: [[name, "x"]] }),
        name,
      );
      relay.simulator.faults.add({
        fault: {
          kind: "status",
          status: 200,
          body: JSON.parse(
            `{"data":[{"type":"apps","id":"1","attributes":{"${name}":{"polluted":true}},"relationships":{"${name}":{"data":{"type":"${name}","id":"1"}}}}],"${name}":{"polluted":true}}`,
          ),
        },
      });
      assertClean(await relay.call("ListApps"), `upstream ${name}`);
      relay.simulator.faults.add({
        service: "adjust",
        fault: {
          kind: "status",
          status: 200,
          body: JSON.parse(`[{"${name}":{"polluted":true},"token":"abc","name":"x"}]`),
        },
      });
      assertClean(await relay.call("ListAdjustApps"), `Adjust ${name}`);
    }
  });
});
