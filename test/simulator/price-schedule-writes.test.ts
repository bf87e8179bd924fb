import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { makeSchedule, setItem } from "../../local/simulator/index.ts";
import { connectOf, type Instance, type NewPrice, pointId, scheduleBody } from "./prices-support.ts";
import { startBench, stillRuntime, type TestBench } from "./support.ts";

/** 1 December 2026 in Greenwich, and still 30 November in California. */
const now = Date.UTC(2026, 11, 1, 6);
const item = "6710000003";
const path = "/v1/inAppPurchasePriceSchedules";

let bench: TestBench;
let connect: ReturnType<typeof connectOf>;

beforeEach(async () => {
  bench = await startBench({ runtime: stillRuntime(now) });
  connect = connectOf(bench);
});
afterEach(() => bench.simulator.close());

const prices = () => bench.simulator.world.appStoreConnect.prices;

/** The id of an amount of the item in a territory. */
function point(territory: string, price: string, of = item): string {
  const { tables } = prices();
  const place = tables.placeOf(territory, price);
  if (place === undefined) throw new Error(`${territory} has no ${price}`);
  return pointId(of, territory, tables.code(territory, place));
}

const post = (body: unknown) => connect.write<Instance>("POST", path, body);
const postPrices = (list: readonly NewPrice[], base = "USA") => post(scheduleBody(item, base, list));
const manual = async () =>
  (await connect.all(`${path}/${item}/manualPrices`)).map(({ attributes }) => [
    attributes.startDate,
    attributes.endDate,
  ]);

describe("a new price schedule", () => {
  test("replaces the old one whole", async () => {
    const answer = await postPrices([
      { point: point("USA", "9.99"), endDate: "2026-12-20" },
      { point: point("USA", "4.99"), startDate: "2026-12-20", endDate: "2026-12-27" },
      { point: point("USA", "9.99"), startDate: "2026-12-27" },
      { point: point("GBR", "8.99") },
    ]);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.deepEqual([answer.body.data.type, answer.body.data.id], ["inAppPurchasePriceSchedules", item]);
    assert.equal((await manual()).length, 4);
    assert.equal((await postPrices([{ point: point("DEU", "4.99") }], "DEU")).status, 201);
    assert.deepEqual(await manual(), [[null, null]]);
    const base = await connect.read<Instance>(`${path}/${item}/baseTerritory`);
    assert.equal(base.body.data.id, "DEU");
    assert.equal(prices().writes.get(item), 2);
  });

  test("sets an app's prices, the first ones too", async () => {
    const price = { type: "appPrices", id: `\${new}` };
    const { status } = await connect.write("POST", "/v1/appPriceSchedules", {
      data: {
        type: "appPriceSchedules",
        attributes: {},
        relationships: {
          app: { data: { type: "apps", id: "1480000003" } },
          baseTerritory: { data: { type: "territories", id: "USA" } },
          manualPrices: { data: [price] },
        },
      },
      included: [
        {
          ...price,
          relationships: {
            appPricePoint: { data: { type: "appPricePoints", id: point("USA", "1.99", "1480000003") } },
          },
        },
      ],
    });
    assert.equal(status, 201);
    assert.equal((await connect.all("/v1/appPriceSchedules/1480000003/manualPrices")).length, 1);
  });

  test("has a start of today in California stored as none", async () => {
    const both = [
      { point: point("USA", "9.99"), startDate: "2026-11-30", endDate: "2026-12-01" },
      { point: point("USA", "8.99"), startDate: "2026-12-01" },
    ];
    assert.equal((await postPrices(both)).status, 201);
    assert.deepEqual(await manual(), [
      [null, "2026-12-01"],
      ["2026-12-01", null],
    ]);
  });

  test("takes what is proven for other territories: a start alone, an end alone, and a chain from the beginning", async () => {
    const base = { point: point("USA", "9.99") };
    for (const own of [
      [{ point: point("GBR", "8.99"), startDate: "2026-12-20" }],
      [{ point: point("GBR", "8.99"), endDate: "2026-12-20" }],
      [
        { point: point("GBR", "8.99"), endDate: "2026-12-20" },
        { point: point("GBR", "4.99"), startDate: "2026-12-20", endDate: "2026-12-27" },
      ],
      [
        { point: point("GBR", "8.99"), startDate: "2026-12-20", endDate: "2026-12-27" },
        { point: point("GBR", "4.99"), startDate: "2026-12-27" },
      ],
    ]) {
      const { status, error } = await postPrices([base, ...own]);
      assert.equal(status, 201, error?.[1]);
    }
  });
});

describe("a price schedule is refused", () => {
  const nine = () => point("USA", "9.99");
  const rules: Record<string, [list: () => NewPrice[], code: string, detail: RegExp]> = {
    "without a price for the base": [
      () => [{ point: point("GBR", "8.99") }],
      "BASE_TERRITORY_INTERVAL_REQUIRED",
      /at least one manual price for the base territory/,
    ],
    "with no price at all": [() => [], "BASE_TERRITORY_INTERVAL_REQUIRED", /at least one/],
    "with a gap": [
      () => [
        { point: nine(), endDate: "2026-12-20" },
        { point: nine(), startDate: "2026-12-21" },
      ],
      "INVALID_INTERVAL",
      /^Entire timeline must be covered for USA\. Adjacent intervals must not have a gap in between: \[null - 2026-12-20T00:00\] and \[2026-12-21T00:00 - null\]$/,
    ],
    "with an overlap": [
      () => [{ point: nine() }, { point: nine(), startDate: "2026-12-15", endDate: "2026-12-30" }],
      "INVALID_INTERVAL",
      /^Adjacent intervals must not intersect for USA: \[null - null\] and \[2026-12-15T00:00 - 2026-12-30T00:00\]$/,
    ],
    "with an overlap elsewhere": [
      () => [{ point: nine() }, { point: point("GBR", "8.99") }, { point: point("GBR", "7.99") }],
      "INVALID_INTERVAL",
      /must not intersect for GBR/,
    ],
    "with an end at the last interval": [
      () => [{ point: nine(), endDate: "2026-12-20" }],
      "INVALID_END_DATE",
      /Rightmost interval must not have an end date$/,
    ],
    "with a start in the past": [
      () =>
        [
          { point: nine(), endDate: "2026-11-29" },
          { point: nine(), startDate: "2026-11-29" },
        ].reverse(),
      "INVALID_START_DATE",
      /^Interval can not have a start date in the past$/,
    ],
    "with an end of today": [
      () => [{ point: nine(), endDate: "2026-11-30" }],
      "INVALID_END_DATE",
      /in the past/,
    ],
    "with a first interval in the future": [
      () => [{ point: nine(), startDate: "2026-12-26" }],
      "INVALID_START_DATE",
      /^Entire timeline must be covered for USA\. The first interval has a start date 2026-12-26T00:00 in the future$/,
    ],
    "with an end before its start": [
      () => [
        { point: nine() },
        { point: point("GBR", "8.99"), startDate: "2026-12-26", endDate: "2026-12-26" },
      ],
      "INVALID_END_DATE",
      /before it starts/,
    ],
    "with a price of another territory bounded on both sides alone": [
      () => [
        { point: nine() },
        { point: point("GBR", "8.99"), startDate: "2026-12-20", endDate: "2026-12-27" },
      ],
      "INVALID_INTERVAL",
      /bounded on both sides/,
    ],
    "with a gap in another territory": [
      () => [
        { point: nine() },
        { point: point("GBR", "8.99"), endDate: "2026-12-20" },
        { point: point("GBR", "8.99"), startDate: "2026-12-27" },
      ],
      "INVALID_INTERVAL",
      /gap in between/,
    ],
    "with a price point of another item": [
      () => [{ point: point("USA", "9.99", "6710000001") }],
      "NOT_FOUND",
      /^The resource 'inAppPurchasePricePoints' with id '[^']+' was not found\.$/,
    ],
    "with a made-up price point": [
      () => [{ point: "not-a-price-point" }],
      "NOT_FOUND",
      /'not-a-price-point' was not found/,
    ],
    "with an id that is not of Apple's form": [
      () => [{ point: nine(), id: "p0" }],
      "INCLUDED.INVALID_ID",
      /'p0'/,
    ],
    "without a price point": [
      () => [{ point: undefined }],
      "RELATIONSHIP.REQUIRED",
      /^You must provide a value for the relationship 'inAppPurchasePricePoint' with this request$/,
    ],
    "with a date that is none": [
      () => [{ point: nine(), startDate: "2026-02-30" }],
      "ATTRIBUTE.INVALID",
      /YYYY-MM-DD/,
    ],
  };
  for (const [name, [list, code, detail]] of Object.entries(rules)) {
    test(name, async () => {
      const before = await manual();
      const answer = await postPrices(list());
      assert.equal(answer.status, 409);
      assert.equal(answer.error?.[0], `ENTITY_ERROR.${code}`);
      assert.match(answer.error?.[1] ?? "", detail);
      assert.deepEqual(await manual(), before);
      assert.equal(prices().writes.get(item), undefined);
    });
  }

  test("without one of its relationships", async () => {
    const without = (name: string) => {
      const body = scheduleBody(item, "USA", [{ point: nine() }]);
      delete body.data.relationships[name];
      return post(body);
    };
    const territory = await without("baseTerritory");
    assert.deepEqual(territory.error, [
      "ENTITY_ERROR.ATTRIBUTE.REQUIRED",
      "You must provide a value for the field (baseTerritory) with this request",
      "/data/attributes/baseTerritory",
    ]);
    for (const name of ["inAppPurchase", "manualPrices"]) {
      const { error } = await without(name);
      assert.deepEqual(
        [error?.[0], error?.[2]],
        ["ENTITY_ERROR.RELATIONSHIP.REQUIRED", `/data/relationships/${name}`],
      );
    }
  });

  test("with an included price that is missing, or that nobody names", async () => {
    const missing = scheduleBody(item, "USA", [{ point: nine() }]);
    missing.included = [];
    const extra = scheduleBody(item, "USA", [{ point: nine() }, { point: point("GBR", "8.99") }]);
    extra.data.relationships.manualPrices = {
      data: [{ type: "inAppPurchasePrices", id: `\${p0}` }],
    };
    for (const body of [missing, extra])
      assert.equal((await post(body)).error?.[0], "ENTITY_ERROR.INCLUDED.INVALID_ID");
  });

  test("for an item that is not there, or not the key's", async () => {
    assert.equal((await post(scheduleBody("6719999999", "USA", [{ point: nine() }]))).status, 404);
    setItem(prices(), item, { foreign: true });
    assert.equal((await postPrices([{ point: nine() }])).status, 403);
  });

  test("with members that Apple does not know", async () => {
    const body = scheduleBody(item, "USA", [{ point: nine() }]);
    assert.equal((await post({ ...body, meta: {} })).status, 409);
    assert.equal((await connect.write("POST", `${path}?x=1`, body)).status, 400);
    assert.equal((await connect.write("PATCH", `${path}/${item}`, body)).status, 403);
  });
});

test("automatic prices step with the base around manual ones, wherever those begin and end", async () => {
  const base = [
    { territory: "USA", price: "9.99", endDate: "2026-12-20" },
    { territory: "USA", price: "4.99", startDate: "2026-12-20", endDate: "2026-12-27" },
    { territory: "USA", price: "9.99", startDate: "2026-12-27" },
  ];
  const cases: [startDate: string | null, endDate: string | null, left: unknown[]][] = [
    [
      null,
      "2026-12-24",
      [
        ["2026-12-24", "2026-12-27"],
        ["2026-12-27", null],
      ],
    ],
    [
      "2026-12-29",
      null,
      [
        [null, "2026-12-20"],
        ["2026-12-20", "2026-12-27"],
        ["2026-12-27", "2026-12-29"],
      ],
    ],
    [
      "2026-12-22",
      "2026-12-30",
      [
        [null, "2026-12-20"],
        ["2026-12-20", "2026-12-22"],
        ["2026-12-30", null],
      ],
    ],
    [null, null, []],
  ];
  for (const [startDate, endDate, left] of cases) {
    const own = { territory: "GBR", price: "7.99", startDate, endDate };
    setItem(prices(), item, { schedule: makeSchedule(prices(), "USA", [...base, own]) });
    const automatic = await connect.all(`${path}/${item}/automaticPrices?filter[territory]=GBR`);
    assert.deepEqual(
      automatic.map(({ attributes }) => [attributes.startDate, attributes.endDate]),
      left,
    );
  }
});

test("the world may hold, and accept, what nobody has seen Apple accept", async () => {
  const sale = { territory: "GBR", price: "4.99", startDate: "2026-12-20", endDate: "2026-12-27" };
  const schedule = makeSchedule(prices(), "USA", [{ territory: "USA", price: "9.99" }, sale]);
  setItem(prices(), item, { schedule });
  const automatic = await connect.all(`${path}/${item}/automaticPrices?filter[territory]=GBR`);
  assert.deepEqual(
    automatic.map(({ attributes }) => [attributes.startDate, attributes.endDate]),
    [
      [null, "2026-12-20"],
      ["2026-12-27", null],
    ],
  );
  prices().acceptUnproven = true;
  const own = { point: point("GBR", "8.99"), startDate: "2026-12-20", endDate: "2026-12-27" };
  assert.equal((await postPrices([{ point: point("USA", "9.99") }, own])).status, 201);
});

test("the examples that Apple accepted are accepted, at a day before theirs", async () => {
  const runtime = stillRuntime(Date.UTC(2023, 1, 20));
  await using own = await startBench({ runtime });
  const apple = connectOf(own);
  const { tables } = own.simulator.world.appStoreConnect.prices;
  const of = (territory: string, price: string) =>
    pointId(item, territory, tables.code(territory, tables.placeOf(territory, price) ?? 0));
  const answer = await apple.write(
    "POST",
    path,
    scheduleBody(item, "CAN", [
      { point: of("ALB", "0.99"), endDate: "2023-03-11" },
      { point: of("ARG", "1.99"), endDate: "2023-03-11" },
      { point: of("CAN", "0.49"), endDate: "2023-03-11" },
      { point: of("CAN", "0.79"), startDate: "2023-03-11" },
    ]),
  );
  assert.equal(answer.status, 201, answer.error?.[1]);
});

describe("faults", () => {
  const sent = () => scheduleBody(item, "USA", [{ point: point("USA", "4.99") }]);
  const target = { service: "appStoreConnect", method: "POST", path } as const;

  test("lose the answer of a write that was applied", async () => {
    bench.simulator.faults.add({ ...target, fault: { kind: "applied-then-lost" } });
    await assert.rejects(post(sent()));
    assert.equal(prices().writes.get(item), 1);
    assert.equal((await manual()).length, 1);
  });

  test("break the connection before anything is applied, or after it", async () => {
    const { faults } = bench.simulator;
    faults.add({ ...target, fault: { kind: "reset", at: "before-headers" } });
    await assert.rejects(post(sent()));
    assert.equal(prices().writes.get(item), undefined);
    faults.add({ ...target, fault: { kind: "reset", at: "before-headers", apply: true } });
    await assert.rejects(post(sent()));
    assert.equal(prices().writes.get(item), 1);
  });

  test("answer 429 and 500 in its place, with or without applying it", async () => {
    const { faults } = bench.simulator;
    faults.add({ ...target, fault: { kind: "status", status: 429, retryAfter: { seconds: 2 } } });
    const over = await post(sent());
    assert.deepEqual([over.status, over.headers.get("retry-after")], [429, "2"]);
    faults.add({ ...target, fault: { kind: "status", status: 500 } });
    assert.equal((await post(sent())).error?.[0], "UNEXPECTED_ERROR");
    assert.equal(prices().writes.get(item), undefined);
    faults.add({ ...target, fault: { kind: "status", status: 500, apply: true } });
    assert.equal((await post(sent())).status, 500);
    assert.equal(prices().writes.get(item), 1);
  });
});
