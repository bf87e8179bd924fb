import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decimalMoney, friendly, hasAccess, isoDate } from "../../functions/signed-payloads/index.ts";
import { codedTexts } from "../../functions/signed-payloads/texts.ts";

const maxTime = 8.64e15;

describe("What makers read of a payload", () => {
  it("has every time as ISO 8601, from which the milliseconds can be had back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -maxTime, max: maxTime }), (time) => {
        const { expiresDate } = friendly({ expiresDate: time });
        assert.equal(typeof expiresDate, "string");
        assert.equal(Date.parse(String(expiresDate)), time);
      }),
    );
  });

  it("has money as a decimal with three places, from which the thousandths can be had back", () => {
    assert.equal(decimalMoney(9990), "9.990");
    fc.assert(
      fc.property(fc.maxSafeInteger(), (thousandths) => {
        const text = String(decimalMoney(thousandths));
        assert.match(text, /^-?(0|[1-9]\d*)\.\d{3}$/);
        assert.equal(BigInt(text.replace(".", "")), BigInt(thousandths));
      }),
    );
  });

  it("keeps all that is there, and adds nothing but texts", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (fields) => {
        const made = friendly(fields);
        for (const name of Object.keys(fields)) assert.ok(Object.hasOwn(made, name), name);
        for (const name of Object.keys(made)) {
          assert.ok(Object.hasOwn(fields, name) || name.endsWith("Text"), name);
        }
      }),
    );
  });

  it("passes what is no time, no money and no known code as it is", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.boolean(), fc.constant(null)), (value) => {
        assert.equal(isoDate(value), value);
        assert.equal(decimalMoney(value), value);
      }),
    );
    assert.deepEqual(friendly({ status: 99, price: 1.5, expiresDate: 1e300 }), {
      status: 99,
      price: 1.5,
      expiresDate: 1e300,
    });
  });

  it("has the text of a code beside it, at every depth, and no text of one that nobody knows", () => {
    const names = fc.constantFrom(...Object.keys(codedTexts));
    const values = fc.oneof(fc.integer({ min: -1, max: 9 }), fc.double(), fc.string(), fc.constant(null));
    fc.assert(
      fc.property(names, values, (name, value) => {
        const text = typeof value === "number" ? codedTexts[name]?.[value] : undefined;
        const made = { [name]: value, ...(text !== undefined && { [`${name}Text`]: text }) };
        assert.deepEqual(friendly({ [name]: value }), made);
        assert.deepEqual(friendly({ items: [{ info: { [name]: value } }] }), { items: [{ info: made }] });
      }),
    );
    assert.deepEqual(friendly({ commitmentInfo: { commitmentAutoRenewStatus: 0 } }), {
      commitmentInfo: { commitmentAutoRenewStatus: 0, commitmentAutoRenewStatusText: "Off" },
    });
  });

  it("leaves a text that Apple may come to send beside a code of its own", () => {
    const fields = { status: 1, statusText: "ACTIVE" };
    assert.deepEqual(friendly(fields), fields);
  });

  it("passes values of every other enumeration as they come", () => {
    const names = [
      "type",
      "offerDiscountType",
      "revocationType",
      "inAppOwnershipType",
      "consumptionRequestReason",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.string(), (name, value) => {
        assert.deepEqual(friendly({ [name]: value }), { [name]: value });
      }),
    );
  });

  it("has the money of Advanced Commerce as decimals too", () => {
    const info = {
      estimatedTax: 990,
      taxExclusivePrice: 9000,
      taxRate: "0.11",
      items: [{ price: 9990, refunds: [{ refundAmount: 1000, refundDate: 0 }] }],
    };
    assert.deepEqual(friendly({ advancedCommerceInfo: info }), {
      advancedCommerceInfo: {
        estimatedTax: "0.990",
        taxExclusivePrice: "9.000",
        taxRate: "0.11",
        items: [
          { price: "9.990", refunds: [{ refundAmount: "1.000", refundDate: "1970-01-01T00:00:00.000Z" }] },
        ],
      },
    });
  });

  it("leaves what stands in a list without a name of its own as it is", () => {
    const fields = { price: [9990], expiresDate: [0, [0]], status: [1] };
    assert.deepEqual(friendly(fields), fields);
  });

  it("turns what stands deep in purchases of Advanced Commerce and in commitments", () => {
    const advancedCommerceInfo = {
      estimatedTax: 1_590,
      taxExclusivePrice: 8_400,
      taxRate: "0.19",
      items: [
        {
          SKU: "a",
          price: 9_990,
          offer: { price: 990, periodCount: 2 },
          refunds: [{ refundAmount: 500, refundDate: 0 }],
        },
      ],
    };
    const commitmentInfo = { commitmentAutoRenewStatus: 1, commitmentRenewalPrice: 59_990 };
    assert.deepEqual(friendly({ advancedCommerceInfo, commitmentInfo }), {
      advancedCommerceInfo: {
        estimatedTax: "1.590",
        taxExclusivePrice: "8.400",
        taxRate: "0.19",
        items: [
          {
            SKU: "a",
            price: "9.990",
            offer: { price: "0.990", periodCount: 2 },
            refunds: [{ refundAmount: "0.500", refundDate: "1970-01-01T00:00:00.000Z" }],
          },
        ],
      },
      commitmentInfo: {
        commitmentAutoRenewStatus: 1,
        commitmentAutoRenewStatusText: "On",
        commitmentRenewalPrice: "59.990",
      },
    });
  });

  it("says of a status whether it gives access", () => {
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, undefined].filter((status) => hasAccess(status)),
      [1, 4],
    );
  });
});
