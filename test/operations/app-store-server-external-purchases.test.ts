/** Reports of purchases that were made outside of the App Store, in both environments. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Relay, startRelay } from "../support/relay.ts";

const bundleId = "com.example.stillwater";
const requestIdentifier = "1cdc286e-7389-417c-b58f-7a7d196e5bbe";
const purchase = {
  lineItemId: "order-1",
  creationDate: "2024-01-23T22:04:32.367Z",
  eventType: "BUY",
  productType: "ONE_TIME_BUY",
  productIdentifier: "gems",
  quantity: 6,
  amountTaxExclusive: "8",
  taxAmount: "2.000",
  amountTaxInclusive: 10,
  netAmountTaxExclusive: "8.00",
  pricingCurrency: "EUR",
  reportingCurrency: "EUR",
  taxCountry: "ESP",
};
const subscription = {
  ...purchase,
  lineItemId: "order-2",
  productType: "SUBSCRIPTION",
  subscriptionEvent: "SUBSCRIPTION_START",
  subscriptionStartDate: "2024-01-23T23:04:32.367+01:00",
  subscriptionEndDate: "2024-02-23",
  subscriptionDaysOfPaidService: 0,
  pricingCurrency: "CHF",
  exchangeRate: 1.0625,
};
const refund = {
  ...purchase,
  lineItemId: "refund-1",
  eventType: "REFUND",
  productType: null,
  productIdentifier: "",
  quantity: null,
  referenceLineItemId: "order-1",
};
const input = {
  bundleId,
  environment: "Production",
  requestIdentifier,
  externalPurchaseId: "2924c319-5205-4188-831a-1ca2c00326b4",
  status: "LINE_ITEM",
  lineItems: [purchase],
};
const send = (relay: Relay, more: object = {}) =>
  relay.call("SendExternalPurchaseReport", { input: { ...input, ...more } });
const get = (relay: Relay, environment = "Production") =>
  relay.call("GetExternalPurchaseReport", { input: { bundleId, environment, requestIdentifier } });

describe("An external purchase report", () => {
  for (const [environment, externalPurchaseId] of [
    ["Production", input.externalPurchaseId],
    ["Sandbox", "SANDBOX_2924c319-5205-4188-831a-1ca2c00326b4"],
  ] as const) {
    it(`is sent as Apple counts and got as makers write, in ${environment}`, async () => {
      await using relay = await startRelay();
      const sent = await send(relay, {
        environment,
        externalPurchaseId,
        lineItems: [purchase, subscription],
      });
      assert.deepEqual([sent.status, sent.json], [200, { environment, requestIdentifier }]);
      const amounts = {
        amountTaxExclusive: 8_000,
        taxAmount: 2_000,
        amountTaxInclusive: 10_000,
        netAmountTaxExclusive: 8_000,
      };
      const body = JSON.parse(relay.simulator.requests[0]?.body.toString() ?? "");
      assert.deepEqual(body, {
        requestIdentifier,
        externalPurchaseId,
        status: "LINE_ITEM",
        lineItems: [
          { ...purchase, ...amounts, creationDate: 1_706_047_472_367 },
          {
            ...subscription,
            ...amounts,
            creationDate: 1_706_047_472_367,
            subscriptionStartDate: 1_706_047_472_367,
            subscriptionEndDate: 1_708_646_400_000,
          },
        ],
      });
      const { status, json } = await get(relay, environment);
      const decimals = {
        amountTaxExclusive: "8.000",
        taxAmount: "2.000",
        amountTaxInclusive: "10.000",
        netAmountTaxExclusive: "8.000",
      };
      assert.equal(status, 200);
      assert.deepEqual(json, {
        environment,
        requestIdentifier,
        externalPurchaseId,
        status: "LINE_ITEM",
        lineItems: [
          { ...purchase, ...decimals },
          {
            ...subscription,
            ...decimals,
            subscriptionStartDate: "2024-01-23T22:04:32.367Z",
            subscriptionEndDate: "2024-02-23T00:00:00.000Z",
          },
        ],
      });
    });
  }

  it("without transactions has no line items, there and back", async () => {
    await using relay = await startRelay();
    for (const status of ["NO_LINE_ITEM", "UNRECOGNIZED_TOKEN", "DUPLICATE_TOKEN"]) {
      relay.simulator.reset();
      assert.equal((await send(relay, { status, lineItems: null })).status, 200);
      assert.deepEqual(Object((await get(relay)).json).lineItems, []);
    }
  });

  it("refunds what was reported before, and corrects it", async () => {
    await using relay = await startRelay();
    await send(relay);
    const ids = ["b598cbea-c0a8-44cb-bb0e-abb12ed59cb9", "446fdfd8-2c06-4956-873c-8c449a9d61f5"];
    for (const [index, item] of [
      refund,
      { ...purchase, restatement: true, erroneouslySubmitted: true },
    ].entries()) {
      const { status, text } = await send(relay, { requestIdentifier: ids[index], lineItems: [item] });
      assert.equal(status, 200, text);
    }
    const body = JSON.parse(relay.simulator.requests[1]?.body.toString() ?? "");
    assert.ok(!("quantity" in body.lineItems[0] || "productType" in body.lineItems[0]));
  });

  it("that Apple refuses says which field of which line item is wrong", async () => {
    await using relay = await startRelay();
    const lineItems = [
      { ...purchase, amountTaxInclusive: "11" },
      { ...refund, referenceLineItemId: "no" },
    ];
    const { status, error } = await send(relay, { lineItems });
    assert.deepEqual([status, error?.code, error?.outcome], [422, "rejected", "none"]);
    assert.equal(error?.upstream?.code, "11");
    assert.match(error?.message ?? "", /\(IncorrectAmountTaxInclusiveError\)$/);
    assert.match(error?.hint ?? "", /together must be the amount with tax/);
    assert.deepEqual(error?.details, [
      { field: "order-1.amountTaxInclusive", message: "IncorrectAmountTaxInclusiveError was found." },
      { field: "refund-1.referenceLineItemId", message: "NotFoundError was found." },
    ]);
    const missing = await get(relay);
    assert.deepEqual([missing.status, missing.error?.upstream?.code], [422, "3"]);
  });

  it("is not sent twice when nobody knows what became of it, and Apple refuses it the second time", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "reset", at: "mid-body" } });
    const { status, error } = await send(relay);
    assert.deepEqual([status, error?.code, error?.retryable], [409, "outcome_unknown", false]);
    assert.equal(relay.simulator.requests.length, 1);
    relay.simulator.reset();
    await send(relay);
    const again = await send(relay);
    assert.deepEqual(again.error?.details?.at(-1), {
      field: "requestIdentifier",
      message: "DuplicateValueError was found.",
    });
  });

  it("does not guess at an answer without a report", async () => {
    await using relay = await startRelay();
    await send(relay);
    relay.simulator.faults.add({ fault: { kind: "fields", replace: { report: 5 } } });
    assert.equal((await get(relay)).error?.code, "bad_upstream_response");
    relay.simulator.faults.add({
      fault: { kind: "fields", replace: { report: { lineItems: [{ creationDate: "x", newField: 1 }, 7] } } },
    });
    assert.deepEqual((await get(relay)).json, {
      environment: "Production",
      lineItems: [{ creationDate: "x", newField: 1 }],
    });
  });

  const wrong: readonly [what: string, more: object, fields: string[]][] = [
    ["no line items", { lineItems: null }, ["lineItems"]],
    ["an empty list", { lineItems: [] }, ["lineItems"]],
    ["line items that the status has not", { status: "NO_LINE_ITEM" }, ["lineItems"]],
    ["no UUID", { requestIdentifier: "x" }, ["requestIdentifier"]],
    ["a token of the sandbox", { externalPurchaseId: "SANDBOX_1" }, ["environment"]],
    ["no environment", { environment: null }, ["environment"]],
    [
      "a purchase without a product",
      { lineItems: [{ ...purchase, productType: null, quantity: "" }] },
      ["lineItems[0].productType", "lineItems[0].quantity"],
    ],
    [
      "a refund of nothing",
      { lineItems: [purchase, { ...refund, referenceLineItemId: null }] },
      ["lineItems[1].referenceLineItemId"],
    ],
    [
      "a subscription without its period",
      { lineItems: [{ ...subscription, subscriptionStartDate: null, subscriptionEndDate: null }] },
      ["lineItems[0].subscriptionStartDate", "lineItems[0].subscriptionEndDate"],
    ],
    [
      "another currency without its rate",
      { lineItems: [{ ...purchase, pricingCurrency: "CHF" }] },
      ["lineItems[0].exchangeRate"],
    ],
    [
      "an undoing that is no correction",
      { lineItems: [{ ...purchase, erroneouslySubmitted: true }] },
      ["lineItems[0].restatement"],
    ],
    ["a fourth decimal", { lineItems: [{ ...purchase, taxAmount: "2.0001" }] }, ["lineItems[0].taxAmount"]],
    ["no time", { lineItems: [{ ...purchase, creationDate: "yesterday" }] }, ["lineItems[0].creationDate"]],
    [
      "a name that is too long",
      { lineItems: [{ ...purchase, lineItemId: "x".repeat(129) }] },
      ["lineItems[0].lineItemId"],
    ],
  ];
  for (const [what, more, fields] of wrong) {
    it(`with ${what} is refused before anything is sent`, async () => {
      await using relay = await startRelay();
      const { status, error } = await send(relay, more);
      assert.equal(status, 400, what);
      assert.deepEqual(
        error?.details?.map(({ field }) => field),
        fields,
      );
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});
