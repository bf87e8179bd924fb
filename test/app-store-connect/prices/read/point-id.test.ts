import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodePointId, encodePointId } from "../../../../functions/app-store-connect/prices/read/index.ts";
import { decodePriceId } from "../../../../functions/app-store-connect/prices/read/point-id.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("The ID of a price point", () => {
  it("is what Apple's own example has", () => {
    const id = "eyJzIjoiNjQ0NzQwMjE5MiIsInQiOiJBTEIiLCJwIjoiMTAwMTQifQ";
    assert.deepEqual(decodePointId(id), { s: "6447402192", t: "ALB", p: "10014" });
    assert.equal(encodePointId({ s: "6447402192", t: "ALB", p: "10014" }), id);
  });

  it("comes back from what it says, whatever that is", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (s, t, p) => {
        assert.deepEqual(decodePointId(encodePointId({ s, t, p })), { s, t, p });
      }),
    );
  });

  it("of any other make is not decoded, so that none is built in its form", () => {
    const point = { s: "6447402192", t: "ALB", p: "10014" };
    const others = [
      "",
      "0pq-d6c2",
      "ey.J",
      `${encodePointId(point)}==`,
      encode({ t: "ALB", s: "6447402192", p: "10014" }),
      encode({ ...point, plan: "MONTHLY" }),
      encode({ ...point, p: 10014 }),
      encode([point]),
      encode(null),
      Buffer.from(JSON.stringify(point, null, 1)).toString("base64url"),
    ];
    assert.deepEqual(
      others.filter((id) => decodePointId(id) !== undefined),
      [],
    );
  });

  it("of a price has its days too", () => {
    const text = '{"s":"6447402192","t":"ALB","p":"10014","sd":0.0,"ed":1767254400.0}';
    assert.deepEqual(decodePriceId(Buffer.from(text).toString("base64url")), {
      s: "6447402192",
      t: "ALB",
      p: "10014",
      sd: 0,
      ed: 1_767_254_400,
    });
    assert.equal(decodePriceId(encodePointId({ s: "1", t: "ALB", p: "2" })), undefined);
    assert.equal(decodePriceId("0pq-d6c2"), undefined);
  });
});
