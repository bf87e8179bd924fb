/** Retention messages: images, texts, defaults, the address that Apple asks, and tests of it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { png } from "../support/png.ts";
import { type Relay, startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";
const imageIdentifier = "0f0e0d0c-0b0a-4908-8706-050403020100";
const bulletIdentifier = "1f0e0d0c-0b0a-4908-8706-050403020100";
const messageIdentifier = "2f0e0d0c-0b0a-4908-8706-050403020100";
const fullSize = png(3_840, 2_160);
const realtimeURL = "https://shop.example/retention";
const environments = ["Production", "Sandbox"] as const;
const products = {
  Production: "com.example.stillwater.plus.yearly",
  Sandbox: "com.example.stillwater.plus.monthly",
};

const open = (relay: Relay, environment = "Sandbox") => ({
  call: (operation: string, input: object = {}) =>
    relay.call(operation, { input: { bundleId, environment, ...input } }),
});
const image = { imageIdentifier, image: fullSize.toString("base64") };
const bullet = {
  imageIdentifier: bulletIdentifier,
  image: png(1_024, 1_024).toString("base64"),
  imageSize: "BULLET_POINT",
};
const shown = { imageIdentifier, altText: "A lake" };
const message = { messageIdentifier, header: "Stay", body: "The lake is quiet." };
const point = { text: "Quiet", imageIdentifier: bulletIdentifier, altText: "A dot" };

describe("Images for retention messages", () => {
  for (const environment of environments) {
    it(`are uploaded byte by byte, checked by Apple, listed and deleted in ${environment}`, async () => {
      await using relay = await startRelay();
      const { call } = open(relay, environment);
      const { status, json } = await call("UploadRetentionImage", image);
      assert.deepEqual([status, json], [200, { environment, imageIdentifier }]);
      const [sent] = relay.simulator.requests;
      assert.equal(sent?.headers["content-type"], "image/png");
      assert.equal(new URL(sent?.url ?? "", "http://x").search, "");
      assert.ok(sent?.body.equals(fullSize));
      assert.equal((await call("UploadRetentionImage", bullet)).status, 200);
      const first = environment === "Sandbox" ? "APPROVED" : "PENDING_REVIEW";
      for (const imageState of [first, "APPROVED"]) {
        assert.deepEqual((await call("ListRetentionImages")).json, {
          environment,
          value: [
            { imageIdentifier, imageState, imageSize: "FULL_SIZE" },
            { imageIdentifier: bulletIdentifier, imageState, imageSize: "BULLET_POINT" },
          ],
          totalCount: 2,
        });
      }
      for (const id of [imageIdentifier, bulletIdentifier]) {
        const deleted = await call("DeleteRetentionImage", { imageIdentifier: id });
        assert.deepEqual([deleted.status, deleted.json], [200, { environment }]);
      }
      assert.deepEqual(Object((await call("ListRetentionImages")).json).value, []);
    });
  }

  it("are refused by Apple with what that means", async () => {
    await using relay = await startRelay();
    const { call } = open(relay);
    const gone = await call("DeleteRetentionImage", { imageIdentifier });
    assert.deepEqual([gone.status, gone.error?.upstream?.code], [404, "4040014"]);
    await call("UploadRetentionImage", image);
    const again = await call("UploadRetentionImage", image);
    assert.deepEqual([again.status, again.error?.upstream?.code], [409, "4090000"]);
    assert.match(again.error?.hint ?? "", /under another identifier/);
    await call("UploadRetentionMessage", { ...message, image: shown });
    const inUse = await call("DeleteRetentionImage", { imageIdentifier });
    assert.deepEqual([inUse.status, inUse.error?.upstream?.code], [403, "4030019"]);
    const { images } = relay.simulator.world.appStoreServer.sandbox.writes.retention;
    for (let id = images.size; id < 2_000; id += 1) images.set(`${bundleId} ${id}`, { size: "", state: "" });
    const full = await call("UploadRetentionImage", bullet);
    assert.deepEqual([full.status, full.error?.upstream?.code], [403, "4030014"]);
  });

  it("are not sent twice when nobody knows what became of them", async () => {
    await using relay = await startRelay();
    const { call } = open(relay);
    relay.simulator.faults.add({ fault: { kind: "status", status: 500 } });
    const { status, error } = await call("UploadRetentionImage", image);
    assert.deepEqual([status, error?.code], [409, "outcome_unknown"]);
    assert.equal(relay.simulator.requests.length, 1);
  });

  const notOne = "data:image/png;base64,iVBORw0KGgo=";
  for (const [what, more] of [
    ["no Base64", { image: notOne }],
    ["cut short", { image: image.image.slice(0, -1) }],
    ["another file", { image: Buffer.from("GIF89a, and what comes after it").toString("base64") }],
    ["a few bytes", { image: fullSize.subarray(0, 20).toString("base64") }],
    ["transparent", { image: png(3_840, 160, { alpha: true }).toString("base64") }],
    ["not all there", { image: png(3_840, 160).subarray(0, -6).toString("base64") }],
    ["too narrow", { image: png(1_024, 1_024).toString("base64") }],
    ["too low", { image: png(3_840, 159).toString("base64") }],
    ["too large for a bullet point", { imageSize: "BULLET_POINT" }],
  ] as const) {
    it(`that are ${what} are refused before anything is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await open(relay).call("UploadRetentionImage", { ...image, ...more });
      assert.deepEqual([status, error?.details?.[0]?.field], [400, "image"]);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }

  it("of a size that is newer than the relay are left to Apple", async () => {
    await using relay = await startRelay();
    const { error } = await open(relay).call("UploadRetentionImage", { ...image, imageSize: "HUGE" });
    assert.equal(error?.upstream?.code, "4000216");
  });
});

describe("Retention messages", () => {
  for (const environment of environments) {
    it(`are uploaded, checked by Apple, listed and deleted in ${environment}`, async () => {
      await using relay = await startRelay();
      const { call } = open(relay, environment);
      await call("UploadRetentionImage", image);
      await call("UploadRetentionImage", bullet);
      const more = { image: shown, headerPosition: "ABOVE_IMAGE", bulletPoints: [point] };
      const { status, json } = await call("UploadRetentionMessage", { ...message, ...more });
      assert.deepEqual([status, json], [200, { environment, messageIdentifier }]);
      const { messageIdentifier: _id, ...texts } = message;
      const sent = JSON.parse(relay.simulator.requests.at(-1)?.body.toString() ?? "");
      assert.deepEqual(sent, { ...texts, ...more });
      const first = environment === "Sandbox" ? "APPROVED" : "PENDING_REVIEW";
      for (const messageState of [first, "APPROVED"]) {
        assert.deepEqual((await call("ListRetentionMessages")).json, {
          environment,
          value: [{ messageIdentifier, messageState }],
          totalCount: 1,
        });
      }
      const deleted = await call("DeleteRetentionMessage", { messageIdentifier });
      assert.deepEqual([deleted.status, deleted.json], [200, { environment }]);
      const gone = await call("DeleteRetentionMessage", { messageIdentifier });
      assert.deepEqual([gone.status, gone.error?.upstream?.code], [404, "4040015"]);
    });
  }

  it("are refused by Apple with what that means", async () => {
    await using relay = await startRelay();
    const { call } = open(relay);
    await call("UploadRetentionImage", image);
    await call("UploadRetentionImage", bullet);
    const five = { bulletPoints: Array.from({ length: 5 }, () => point) };
    for (const [more, status, code] of [
      [{ image: { ...shown, imageIdentifier: messageIdentifier } }, 404, "4040014"],
      [{ image: { ...shown, imageIdentifier: bulletIdentifier } }, 422, "4000216"],
      [five, 422, "4000218"],
    ] as const) {
      const { status: said, error } = await call("UploadRetentionMessage", { ...message, ...more });
      assert.deepEqual([said, error?.upstream?.code], [status, code]);
    }
    await call("UploadRetentionMessage", message);
    const again = await call("UploadRetentionMessage", message);
    assert.deepEqual([again.status, again.error?.upstream?.code], [409, "4090001"]);
  });

  it("do not guess at a list that is none", async () => {
    await using relay = await startRelay();
    const { call } = open(relay);
    for (const [operation, name] of [
      ["ListRetentionImages", "imageIdentifiers"],
      ["ListRetentionMessages", "messageIdentifiers"],
    ] as const) {
      for (const wrong of [5, ["x"], {}]) {
        relay.simulator.faults.add({ fault: { kind: "fields", replace: { [name]: wrong } } });
        assert.equal((await call(operation)).error?.code, "bad_upstream_response");
      }
      relay.simulator.faults.add({
        fault: { kind: "fields", replace: { [name]: [{ newField: 1, imageState: null }] } },
      });
      assert.deepEqual(Object((await call(operation)).json).value, [
        operation === "ListRetentionImages" ? { newField: 1 } : { newField: 1, imageState: null },
      ]);
    }
  });

  for (const [field, value] of [
    ["messageIdentifier", messageIdentifier.toUpperCase()],
    ["header", "x".repeat(67)],
    ["body", "x".repeat(145)],
    ["body", ""],
    ["image", { imageIdentifier }],
    ["image", { ...shown, altText: "x".repeat(151) }],
    ["headerPosition", "ABOVE_IMAGE"],
    ["bulletPoints", [{ ...point, text: "x".repeat(67) }]],
  ] as const) {
    it(`with ${field} ${JSON.stringify(value).slice(0, 40)} are refused before anything is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await open(relay).call("UploadRetentionMessage", {
        ...message,
        [field]: value,
      });
      assert.equal(status, 400);
      const expected = field === "headerPosition" ? "image" : field;
      assert.ok(error?.details?.[0]?.field.startsWith(expected), JSON.stringify(error?.details));
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});

describe("A default retention message", () => {
  for (const environment of environments) {
    it(`is set once Apple has approved it, read and deleted in ${environment}`, async () => {
      await using relay = await startRelay();
      const { call } = open(relay, environment);
      const at = { productId: products[environment], locale: "en-US" };
      const none = await call("GetDefaultRetentionMessage", at);
      assert.deepEqual([none.status, none.error?.upstream?.code], [404, "4040020"]);
      await call("UploadRetentionImage", image);
      await call("UploadRetentionMessage", { ...message, image: shown });
      const set = () => call("SetDefaultRetentionMessage", { ...at, messageIdentifier });
      if (environment === "Production") {
        assert.equal((await set()).error?.upstream?.code, "4030017");
        await call("ListRetentionMessages");
        assert.equal((await set()).error?.upstream?.code, "4030018");
        await call("ListRetentionImages");
      }
      for (let time = 0; time < 2; time += 1)
        assert.deepEqual([(await set()).status, (await set()).json], [200, { environment }]);
      const sent = JSON.parse(relay.simulator.requests.at(-1)?.body.toString() ?? "");
      assert.deepEqual(sent, { messageIdentifier });
      const got = await call("GetDefaultRetentionMessage", at);
      assert.deepEqual(got.json, { environment, messageIdentifier });
      assert.deepEqual((await call("DeleteDefaultRetentionMessage", at)).json, { environment });
      assert.equal((await call("DeleteDefaultRetentionMessage", at)).status, 404);
    });
  }

  it("is sent again after a passing fault: the second one changes nothing", async () => {
    await using relay = await startRelay();
    const { call } = open(relay);
    await call("UploadRetentionMessage", message);
    relay.simulator.faults.add({ fault: { kind: "status", status: 500 } });
    const at = { productId: products.Sandbox, locale: "de-DE", messageIdentifier };
    assert.equal((await call("SetDefaultRetentionMessage", at)).status, 200);
  });

  it("needs a message, a product of the app, and a locale", async () => {
    await using relay = await startRelay();
    const { call } = open(relay);
    const at = { productId: products.Sandbox, locale: "en-US", messageIdentifier };
    for (const [more, status, code] of [
      [{}, 404, "4040015"],
      [{ productId: "other" }, 422, "4000023"],
      [{ locale: "EN" }, 400, undefined],
      [{ locale: "en/US" }, 400, undefined],
    ] as const) {
      const { status: said, error } = await call("SetDefaultRetentionMessage", { ...at, ...more });
      assert.deepEqual([said, error?.upstream?.code], [status, code]);
    }
  });
});

describe("A performance test", () => {
  const ids = { Production: "300000000000001", Sandbox: "2000000000000001" };
  for (const environment of environments) {
    it(`is started and its result got in ${environment}`, async () => {
      await using relay = await startRelay();
      const { call } = open(relay, environment);
      const subscription = { originalTransactionId: ids[environment] };
      const none = await call("StartPerformanceTest", subscription);
      assert.deepEqual([none.status, none.error?.upstream?.code], [404, "4040021"]);
      await call("SetRealtimeUrl", { realtimeURL });
      const { status, json } = await call("StartPerformanceTest", subscription);
      const { requestId, config, ...more } = Object(json);
      assert.deepEqual([status, more, config.totalRequests], [200, { environment }, 100]);
      const second = await call("StartPerformanceTest", subscription);
      assert.deepEqual([second.status, second.error?.upstream?.code], [422, "4000213"]);
      const pending = Object((await call("GetPerformanceTest", { requestId })).json);
      assert.deepEqual([pending.result, pending.numPending, pending.failures], ["PENDING", 100, []]);
      assert.deepEqual((await call("GetPerformanceTest", { requestId })).json, {
        environment,
        config,
        target: realtimeURL,
        result: "PASS",
        successRate: 99,
        numPending: 0,
        responseTimes: { average: 120, p50: 110, p90: 180, p95: 210, p99: 640 },
        failures: [{ sendAttemptResult: "TIMED_OUT", count: 1 }],
      });
    });
  }

  it("is refused by Apple with what that means", async () => {
    await using relay = await startRelay();
    const { call } = open(relay);
    for (const [operation, input, status, code] of [
      ["StartPerformanceTest", { originalTransactionId: ids.Production }, 422, "4000211"],
      ["GetPerformanceTest", { requestId: "x" }, 422, "4000212"],
      ["GetPerformanceTest", { requestId: messageIdentifier }, 404, "4040018"],
    ] as const) {
      const { status: said, error } = await call(operation, input);
      assert.deepEqual([said, error?.upstream?.code], [status, code]);
    }
    relay.simulator.world.appStoreServer.sandbox.writes.retention.testNeeded = true;
    const early = await call("SetRealtimeUrl", { realtimeURL });
    assert.deepEqual([early.status, early.error?.upstream?.code], [403, "4030026"]);
    assert.match(early.error?.hint ?? "", /performance test/);
  });
});

describe("The retention messaging URL", () => {
  for (const environment of ["Production", "Sandbox"]) {
    it(`is set, read and deleted in ${environment}`, async () => {
      await using relay = await startRelay();
      const input = { bundleId: "com.example.stillwater", environment };
      const none = await relay.call("GetRealtimeUrl", { input });
      assert.deepEqual([none.status, none.error?.upstream?.code], [404, "4040021"]);
      const set = await relay.call("SetRealtimeUrl", { input: { ...input, realtimeURL } });
      assert.deepEqual([set.status, set.json], [200, { environment }]);
      assert.deepEqual((await relay.call("GetRealtimeUrl", { input })).json, { environment, realtimeURL });
      assert.deepEqual((await relay.call("DeleteRealtimeUrl", { input })).json, { environment });
      assert.equal((await relay.call("GetRealtimeUrl", { input })).status, 404);
    });
  }

  it("needs an environment and https", async () => {
    await using relay = await startRelay();
    const input = { bundleId: "com.example.stillwater", realtimeURL: "http://shop.example" };
    const { status, error } = await relay.call("SetRealtimeUrl", { input });
    assert.equal(status, 400);
    assert.deepEqual(error?.details?.map(({ field }) => field).sort(), ["environment", "realtimeURL"]);
    assert.equal(relay.simulator.requests.length, 0);
  });
});
