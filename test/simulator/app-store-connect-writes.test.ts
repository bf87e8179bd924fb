import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { raw, send, startBench, type TestBench } from "./support.ts";

let bench: TestBench;
let purchases: string;

before(async () => {
  bench = await startBench();
  purchases = `${bench.simulator.urls.appStoreConnect}/v2/inAppPurchases`;
});
after(() => bench.simulator.close());

const body = (attributes: unknown, rest: Record<string, unknown> = {}) => ({
  data: { type: "inAppPurchases", id: "6710000001", attributes, ...rest },
});

const stored = () =>
  bench.simulator.world.appStoreConnect.resources.get("inAppPurchases", "6710000001")?.attributes;

describe("PATCH", () => {
  test("changes the world and answers the changed resource", async () => {
    const attributes = { name: "Heavy Rain", reviewNote: "Louder.", familySharable: true };
    const response = await send("PATCH", `${purchases}/6710000001`, bench.tokens.team, body(attributes));
    assert.equal(response.status, 200);
    const document: { data: { attributes: Record<string, unknown> } } = JSON.parse(await response.text());
    assert.equal(document.data.attributes.name, "Heavy Rain");
    assert.equal(document.data.attributes.productId, "com.example.stillwater.rain.sounds");
    assert.deepEqual([stored()?.reviewNote, stored()?.familySharable], ["Louder.", true]);
  });

  test("changes an app", async () => {
    const url = `${bench.simulator.urls.appStoreConnect}/v1/apps/1480000002`;
    const attributes = { primaryLocale: "de-DE", subscriptionStatusUrl: null };
    const patch = { data: { type: "apps", id: "1480000002", attributes } };
    assert.equal((await send("PATCH", url, bench.tokens.team, patch)).status, 200);
    const app = bench.simulator.world.appStoreConnect.resources.get("apps", "1480000002");
    assert.equal(app?.attributes.primaryLocale, "de-DE");
    const name = { data: { type: "apps", id: "1480000002", attributes: { name: "Calm" } } };
    assert.equal((await send("PATCH", url, bench.tokens.team, name)).status, 409);
  });

  const refused: Record<string, [body: unknown, code: string, pointer: string]> = {
    "an unknown attribute": [
      body({ price: "4.99" }),
      "ENTITY_ERROR.ATTRIBUTE.UNKNOWN",
      "/data/attributes/price",
    ],
    "an attribute that is fixed": [
      body({ productId: "x" }),
      "ENTITY_ERROR.ATTRIBUTE.UNKNOWN",
      "/data/attributes/productId",
    ],
    "a wrong type": [
      body({ familySharable: "yes" }),
      "ENTITY_ERROR.ATTRIBUTE.TYPE",
      "/data/attributes/familySharable",
    ],
    "a name of 65 characters": [
      body({ name: "x".repeat(65) }),
      "ENTITY_ERROR.ATTRIBUTE.INVALID.TOO_LONG",
      "/data/attributes/name",
    ],
    "another id": [body({}, { id: "6710000002" }), "ENTITY_ERROR.INVALID", "/data/id"],
    "another type of resource": [body({}, { type: "apps" }), "ENTITY_ERROR.INVALID", "/data/type"],
    "no type": [body({}, { type: undefined }), "ENTITY_ERROR.REQUIRED", "/data/type"],
    "an unknown member of data": [body({}, { meta: {} }), "ENTITY_ERROR.UNKNOWN", "/data/meta"],
    "an unknown member of the document": [{ ...body({}), extra: 1 }, "ENTITY_ERROR.UNKNOWN", "/extra"],
    "no data": [{}, "ENTITY_ERROR.REQUIRED", "/data"],
    "one good and one bad attribute": [
      body({ name: "Kept out", x: 1 }),
      "ENTITY_ERROR.ATTRIBUTE.UNKNOWN",
      "/data/attributes/x",
    ],
  };
  for (const [name, [sent, code, pointer]] of Object.entries(refused)) {
    test(`refuses ${name} and changes nothing`, async () => {
      const before = stored();
      const response = await send("PATCH", `${purchases}/6710000001`, bench.tokens.team, sent);
      assert.equal(response.status, 409);
      const answer: { errors: { status: string; code: string; source: unknown }[] } = JSON.parse(
        await response.text(),
      );
      const [error] = answer.errors;
      assert.deepEqual([error?.status, error?.code, error?.source], ["409", code, { pointer }]);
      assert.deepEqual(stored(), before);
    });
  }

  test("refuses other content types, what is no JSON, parameters and unknown resources", async () => {
    const token = bench.tokens.team;
    const origin = bench.simulator.urls.appStoreConnect;
    const patch = (headers: Record<string, string>, text: string, target = "/v2/inAppPurchases/6710000001") =>
      raw(origin, target, { token, method: "PATCH", headers, body: text });
    const good = JSON.stringify(body({ name: "X" }));
    const json = { "content-type": "application/json" };
    assert.equal((await patch({}, good)).status, 415);
    assert.equal((await patch({ "content-type": "text/plain" }, good)).status, 415);
    assert.equal((await patch(json, "{")).status, 400);
    assert.equal((await patch(json, "")).status, 400);
    assert.equal((await patch(json, good, "/v2/inAppPurchases/6710000001?include=images")).status, 400);
    assert.equal((await patch(json, good, "/v2/inAppPurchases/1")).status, 404);
    assert.equal((await patch({ "content-type": "application/json; charset=utf-8" }, good)).status, 200);
  });

  test("other methods are forbidden and name what is allowed", async () => {
    for (const method of ["DELETE", "POST", "PUT"]) {
      const response = await send(method, `${purchases}/6710000001`, bench.tokens.team, body({}));
      assert.equal(response.status, 403);
      assert.match(await response.text(), /FORBIDDEN_ERROR.*GET, PATCH/);
    }
  });
});
