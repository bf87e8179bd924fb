import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { createPacer, type Pacer, type Payer, parseRateLimit } from "../../functions/upstream/budget.ts";
import { collectGarbage } from "../support/garbage.ts";

const hour = 3_600_000;
const minute = 60_000;

function clock(start = Date.UTC(2026, 0, 31)) {
  let time = start;
  return {
    now: () => time,
    advance: (ms: number) => {
      time += ms;
    },
  };
}

const apps: Payer = { account: "team", endpoint: "team GET /v1/apps" };
const territories: Payer = { account: "team", endpoint: "team GET /v1/territories" };
const others: Payer = { account: "other", endpoint: "other GET /v1/apps" };

describe("X-Rate-Limit", () => {
  const rows: readonly [header: string | undefined, found: ReturnType<typeof parseRateLimit>][] = [
    [undefined, []],
    ["", []],
    [
      "user-hour-lim:3500;user-hour-rem:500;",
      [{ name: "user-hour", windowMs: hour, limit: 3_500, remaining: 500 }],
    ],
    [
      "user-hour-lim:3500;user-hour-rem:500;user-minute-lim:250;user-minute-rem:249;",
      [
        { name: "user-hour", windowMs: hour, limit: 3_500, remaining: 500 },
        { name: "user-minute", windowMs: minute, limit: 250, remaining: 249 },
      ],
    ],
    // A repeated header, joined by the transport; the smaller remainder counts.
    [
      "user-hour-lim:3500;user-hour-rem:500;, user-hour-lim:3500;user-hour-rem:480;",
      [{ name: "user-hour", windowMs: hour, limit: 3_500, remaining: 480 }],
    ],
    [
      " USER-HOUR-LIM : 10 ; User-Hour-Rem : 3 ",
      [{ name: "user-hour", windowMs: hour, limit: 10, remaining: 3 }],
    ],
    [
      "app-second-lim:50;app-second-rem:1",
      [{ name: "app-second", windowMs: 1_000, limit: 50, remaining: 1 }],
    ],
    ["app-day-lim:9", [{ name: "app-day", windowMs: 86_400_000, limit: 9, remaining: 9 }]],
    ["user-hour-rem:500", []],
    ["user-hour-lim:10;user-hour-rem:99", [{ name: "user-hour", windowMs: hour, limit: 10, remaining: 10 }]],
    ["user-hour-lim:0;user-hour-rem:0", []],
    ["user-hour-lim:-5;user-hour-rem:1", []],
    ["user-hour-lim:1e3;user-hour-rem:1.5", []],
    ["user-hour-lim:9999999999", []],
    ["user-year-lim:5;user-year-rem:5", []],
    ["__proto__-hour-lim:5", []],
    ["junk;;:;user-hour-lim;user-hour-lim:", []],
    ["x".repeat(1_000_000), []],
  ];
  for (const [header, found] of rows) {
    it(`${JSON.stringify(header?.slice(0, 60))} states ${found.length}`, () => {
      assert.deepEqual(parseRateLimit(header), found);
    });
  }
});

/** A service with rolling windows, strict to the millisecond, that says what is left as Apple does. */
function rollingServer(
  now: () => number,
  budgets: Readonly<Record<string, { limit: number; windowMs: number }>>,
) {
  const calls: number[] = [];
  const left = ({ limit, windowMs }: { limit: number; windowMs: number }) =>
    limit - calls.filter((at) => at > now() - windowMs).length;
  return {
    calls,
    /** @returns the header; undefined when the call exceeds a budget. */
    call(): string | undefined {
      if (Object.values(budgets).some((budget) => left(budget) < 1)) return undefined;
      calls.push(now());
      return Object.entries(budgets)
        .map(([name, budget]) => `${name}-lim:${budget.limit};${name}-rem:${left(budget)};`)
        .join("");
    },
  };
}

function callWhenAllowed(pacer: Pacer, server: ReturnType<typeof rollingServer>): number | "exceeded" {
  const wait = pacer.take(apps);
  if (wait > 0) return wait;
  const header = server.call();
  pacer.learn(apps, header, header === undefined ? 1_000 : undefined);
  return header === undefined ? "exceeded" : 0;
}

describe("Pacing", () => {
  it("lets everything through while nothing is known", () => {
    const pacer = createPacer(clock());
    for (let call = 0; call < 10_000; call += 1) assert.equal(pacer.take(apps), 0);
  });

  it("never exceeds the budgets of a rolling window, whatever the pattern of calls", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 60 }),
        fc.array(
          fc.record({ calls: fc.integer({ min: 1, max: 60 }), pause: fc.integer({ min: 0, max: 90_000 }) }),
          { minLength: 3, maxLength: 30 },
        ),
        (perMinute, perHour, bursts) => {
          const time = clock();
          const pacer = createPacer(time);
          const server = rollingServer(time.now, {
            "user-minute": { limit: perMinute, windowMs: minute },
            "user-hour": { limit: perHour, windowMs: hour },
          });
          for (const { calls, pause } of bursts) {
            for (let call = 0; call < calls; call += 1) {
              assert.notEqual(callWhenAllowed(pacer, server), "exceeded");
            }
            time.advance(pause);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it("uses the budget up: who waits as told gets nearly all of it", () => {
    const time = clock();
    const pacer = createPacer(time);
    const server = rollingServer(time.now, { "user-minute": { limit: 250, windowMs: minute } });
    const end = time.now() + 20 * minute;
    while (time.now() < end) {
      const wait = callWhenAllowed(pacer, server);
      assert.notEqual(wait, "exceeded");
      time.advance(wait === 0 ? 10 : Number(wait));
    }
    // 20 windows of 250, and the room of a slot that each window is watched with.
    assert.ok(server.calls.length > 20 * 250 * 0.95, String(server.calls.length));
  });

  it("counts what others have used of the same budget", () => {
    const time = clock();
    const pacer = createPacer(time);
    assert.equal(pacer.take(apps), 0);
    pacer.learn(apps, "user-hour-lim:3600;user-hour-rem:2;");
    assert.equal(pacer.take(apps), 0);
    assert.equal(pacer.take(apps), 0);
    // They leave the window at about one a second.
    const wait = pacer.take(apps);
    assert.ok(wait > 900 && wait <= 1_100, String(wait));
    time.advance(wait);
    assert.equal(pacer.take(apps), 0);
    assert.ok(pacer.take(apps) > 0);
  });

  it("believes a lower remainder at once, and a higher one never", () => {
    const pacer = createPacer(clock());
    pacer.learn(apps, "user-hour-lim:100;user-hour-rem:50;");
    pacer.learn(apps, "user-hour-lim:100;user-hour-rem:1;");
    pacer.learn(apps, "user-hour-lim:100;user-hour-rem:90;");
    assert.equal(pacer.take(apps), 0);
    assert.ok(pacer.take(apps) > 0);
  });

  it("binds an hour to the credential, a minute to the endpoint", () => {
    const pacer = createPacer(clock());
    pacer.learn(apps, "user-minute-lim:10;user-minute-rem:0;");
    assert.ok(pacer.take(apps) > 0);
    assert.equal(pacer.take(territories), 0);
    assert.equal(pacer.take(others), 0);
    pacer.learn(apps, "user-hour-lim:10;user-hour-rem:0;");
    assert.ok(pacer.take(territories) > 0);
    assert.equal(pacer.take(others), 0);
  });

  it("takes no place where one of the budgets makes it wait", () => {
    const time = clock();
    const pacer = createPacer(time);
    pacer.learn(apps, "user-minute-lim:60;user-minute-rem:0;user-hour-lim:100;user-hour-rem:3;");
    for (let call = 0; call < 50; call += 1) assert.ok(pacer.take(apps) > 0);
    for (let call = 0; call < 3; call += 1) assert.equal(pacer.take(territories), 0);
    assert.ok(pacer.take(territories) > 0);
  });

  it("gives a place back whose call never left", () => {
    const pacer = createPacer(clock());
    pacer.learn(apps, "user-hour-lim:5;user-hour-rem:5;");
    for (let call = 0; call < 100; call += 1) {
      assert.equal(pacer.take(apps), 0);
      pacer.release(apps);
    }
    for (let call = 0; call < 5; call += 1) assert.equal(pacer.take(apps), 0);
    assert.ok(pacer.take(apps) > 0);
    for (let call = 0; call < 100; call += 1) pacer.release(apps);
    for (let call = 0; call < 5; call += 1) assert.equal(pacer.take(apps), 0);
    assert.ok(pacer.take(apps) > 0);
  });

  it("makes everyone at an endpoint wait for what a 429 asks, ten seconds at most", () => {
    const time = clock();
    const pacer = createPacer(time);
    pacer.learn(apps, undefined, 2_000);
    assert.equal(pacer.take(apps), 2_000);
    assert.equal(pacer.take(territories), 0);
    // A shorter wait does not shorten the one that runs.
    pacer.learn(apps, undefined, 500);
    time.advance(1_999);
    assert.equal(pacer.take(apps), 1);
    time.advance(1);
    assert.equal(pacer.take(apps), 0);
    pacer.learn(apps, undefined, 1e12);
    assert.equal(pacer.take(apps), 10_000);
  });

  it("lets background work leave its share of every stated window to others, however small the window", () => {
    for (const [limit, share, left] of [
      [100, 15, 15],
      [7, 15, 1],
      [1, 90, 0],
      [100, 0, 0],
    ] as const) {
      const pacer = createPacer(clock(), share);
      pacer.learn(apps, `user-hour-lim:${limit};user-hour-rem:${limit};`);
      let taken = 0;
      while (pacer.take({ ...apps, background: true }) === 0) taken += 1;
      assert.equal(taken, limit - left, `${limit} with ${share} %`);
      let others = 0;
      while (pacer.take(apps) === 0) others += 1;
      assert.equal(others, left);
    }
  });

  it("takes no share of a rate that is published only", () => {
    const pacer = createPacer(clock(), 50);
    const published = { name: "reports", windowMs: minute, limit: 10 };
    for (let call = 0; call < 10; call += 1) {
      assert.equal(pacer.take({ ...apps, published, background: true }), 0);
    }
  });

  it("tells background work when any number of calls will fit, and is right about it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: minute }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 90 }),
        (limit, before, pause, calls, share) => {
          const time = clock();
          const pacer = createPacer(time, share);
          pacer.learn(apps, `user-minute-lim:${limit};user-minute-rem:${limit};`);
          for (let call = 0; call < before; call += 1) {
            if (pacer.take(apps) === 0) time.advance(pause / before);
          }
          const start = time.now();
          const told = pacer.wait("team", calls);
          for (let call = 0; call < calls; call += 1) {
            for (;;) {
              const wait = pacer.take({ ...apps, background: true });
              if (wait === 0) break;
              time.advance(wait);
            }
          }
          const took = time.now() - start;
          const windows = Math.ceil(calls / (limit - Math.floor((limit * share) / 100)));
          assert.ok(Math.abs(took - told) <= windows * minute * 0.01 + windows, `${took}, told ${told}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("tells of the window that is fullest, of this account alone, and of what is held", () => {
    const pacer = createPacer(clock());
    assert.equal(pacer.wait("team", 1_000), 0);
    pacer.learn(apps, "user-hour-lim:100;user-hour-rem:100;user-minute-lim:10;user-minute-rem:10;");
    assert.equal(pacer.wait("team", 10), 0);
    assert.ok(pacer.wait("team", 11) > 0);
    assert.equal(pacer.wait("te", 11), 0);
    assert.equal(pacer.wait("other", 11), 0);
    const end = pacer.hold("team", 2);
    assert.equal(pacer.wait("team", 2), 0);
    // As many as here may be under way elsewhere.
    assert.ok(pacer.wait("team", 3) > 0);
    end();
    assert.equal(pacer.wait("team", 10), 0);
  });

  it("counts against the minute of an endpoint what goes there alone", () => {
    const pacer = createPacer(clock());
    pacer.learn(apps, "user-hour-lim:100;user-hour-rem:100;user-minute-lim:10;user-minute-rem:10;");
    assert.equal(pacer.wait("team", 30, 10), 0);
    assert.ok(pacer.wait("team", 30, 11) > 0);
    const end = pacer.hold("team", 6, 2);
    assert.equal(pacer.wait("team", 76, 2), 0);
    assert.ok(pacer.wait("team", 77, 2) > 0, "the hour has all of them");
    assert.ok(pacer.wait("team", 76, 3) > 0);
    end();
    assert.equal(pacer.wait("team", 100, 10), 0);
  });

  it("lets calls of others leave the window as they came, as far as their coming was seen", () => {
    const time = clock();
    const pacer = createPacer(time);
    pacer.learn(apps, "user-hour-lim:100;user-hour-rem:100;");
    time.advance(hour / 2);
    pacer.learn(apps, "user-hour-lim:100;user-hour-rem:100;");
    time.advance(1_000);
    pacer.learn(apps, "user-hour-lim:100;user-hour-rem:0;");
    time.advance(hour - 2_000);
    assert.ok(pacer.take(apps) > 0);
    time.advance(2_000);
    for (let call = 0; call < 100; call += 1) assert.equal(pacer.take(apps), 0);
  });

  it("survives a clock that is set back", () => {
    const time = clock();
    const pacer = createPacer(time);
    pacer.learn(apps, "user-minute-lim:2;user-minute-rem:2;");
    assert.equal(pacer.take(apps), 0);
    time.advance(-hour);
    assert.equal(pacer.take(apps), 0);
    const wait = pacer.take(apps);
    assert.ok(wait > 0 && Number.isFinite(wait));
  });

  it("forgets the oldest of 2,000 accounts", () => {
    const pacer = createPacer(clock());
    pacer.learn(apps, "user-minute-lim:1;user-minute-rem:0;");
    for (let index = 0; index < 2_000; index += 1) {
      pacer.take({ account: `account ${index}`, endpoint: `account ${index} GET raw` });
    }
    assert.equal(pacer.take(apps), 0);
  });

  it("takes little room whatever a hostile header states", () => {
    const time = clock();
    const pacer = createPacer(time);
    pacer.learn(apps, "user-hour-lim:999999999;user-hour-rem:999999999;");
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let call = 0; call < 200_000; call += 1) {
      assert.equal(pacer.take(apps), 0);
      time.advance(30);
    }
    collectGarbage();
    assert.ok(process.memoryUsage().heapUsed - before < 20 * 1024 * 1024);
  });
});
