import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { PriceChange, PricedProduct } from "../../../../functions/app-store-connect/prices/model.ts";
import { forNewSubscribers } from "../../../../functions/app-store-connect/prices/subscriptions/index.ts";
import { pacificDay } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { type Rig, startRig, tomorrow, weekly, yearly } from "./rig.ts";
import { rows } from "./support.ts";

const dayMs = 24 * 60 * 60_000;

let rig: Rig;
beforeEach(async () => {
  rig = await startRig();
});
afterEach(() => rig[Symbol.asyncDispose]());

/** `set(yearly, "USA 4.99 2026-12-10")`, without a day from now on; `*` names the price in USA. */
function set(product: PricedProduct, text: string): Omit<PriceChange, "index"> {
  const [territory = "", price = "", startDate = null] = text.split(" ");
  const point = rig.point(product, territory === "*" ? "USA" : territory, price);
  return { action: "set", territory, point, startDate, endDate: null, preserveCurrentPrice: false };
}

const cancel = (territory: string): Omit<PriceChange, "index"> => ({
  action: "cancel",
  territory,
  startDate: null,
  endDate: null,
});

/** What new subscribers pay as of now, in some territories. */
async function shown(product: PricedProduct, ...territories: string[]): Promise<string[]> {
  const now = pacificDay(rig.relay.services.runtime.now());
  const prices = forNewSubscribers(await rig.read(product), now);
  rig.relay.simulator.requests.pop();
  return rows(prices.filter(({ territory }) => territories.length === 0 || territories.includes(territory)));
}

/** Plans changes and carries them out. */
async function change(
  product: PricedProduct,
  changes: Omit<PriceChange, "index">[],
  loses?: (step: number) => boolean | Promise<boolean>,
) {
  const planned = await rig.plan(product, changes);
  rig.relay.simulator.requests.splice(0);
  return { planned, ended: await rig.carryOut(product, planned, loses) };
}

const fault = (
  fault: Parameters<Rig["relay"]["simulator"]["faults"]["add"]>[0]["fault"],
  method = "POST",
  skip = 0,
) =>
  rig.relay.simulator.faults.add({ service: "appStoreConnect", method, path: /subscription/, skip, fault });

describe("prices of a subscription", () => {
  it("are written for the first time by one change of the subscription, in all territories", async () => {
    const { planned, ended } = await change(weekly, [
      set(weekly, "* 4.99"),
      set(weekly, "USA 5.99 2026-12-10"),
    ]);
    const count = planned.after.filter(({ startDate }) => startDate === null).length;
    assert.ok(count > 150);
    assert.deepEqual(rig.writes(), [`PATCH ${count}`, "POST USA"]);
    assert.deepEqual([ended.status, ended.result], ["applied", { written: 2, unchanged: 0 }]);
    assert.deepEqual(await shown(weekly), rows(planned.after));
    assert.deepEqual(await shown(weekly, "USA"), ["USA 4.99", "USA 5.99 2026-12-10"]);
  });

  it("start on the next day once it is approved, in three calls", async () => {
    const [before = ""] = await shown(yearly, "USA");
    const { ended } = await change(yearly, [set(yearly, "USA 9.99")]);
    const calls = rig.relay.simulator.requests.map(({ method }) => method);
    // A subscription in all territories has its prices on one page.
    assert.deepEqual(calls, ["GET", "POST", "GET"]);
    assert.deepEqual([ended.status, ended.steps], ["applied", 1]);
    assert.deepEqual(await shown(yearly, "USA"), [before, `USA 9.99 ${tomorrow}`]);
  });

  it("follow the price of one territory everywhere, ten writes a step", async () => {
    const { planned, ended } = await change(yearly, [set(yearly, "* 9.99")]);
    const count = planned.writes.length;
    assert.ok(count > 150);
    assert.equal(ended.status, "applied");
    assert.equal(ended.steps, Math.floor(count / 10) + 1);
    assert.deepEqual(ended.result, { written: count, unchanged: 0 });
    const written = rig.writes();
    assert.equal(new Set(written).size, count);
    assert.equal(written.length, count);
    assert.deepEqual(await shown(yearly), rows(planned.after));
  });

  it("are not written where they are the same", async () => {
    const [current = ""] = await shown(yearly, "USA");
    const { planned, ended } = await change(yearly, [set(yearly, current)]);
    assert.deepEqual(planned.writes, []);
    assert.deepEqual([ended.status, rig.writes()], ["unchanged", []]);
  });

  it("count as there where Apple says so, and the price is there", async () => {
    const planned = await rig.plan(yearly, [set(yearly, "USA 9.99"), set(yearly, "FRA 9.99")]);
    fault({ kind: "status", status: 409, apply: true });
    const ended = await rig.carryOut(yearly, planned);
    assert.deepEqual([ended.status, ended.result], ["applied", { written: 1, unchanged: 1 }]);
  });

  it("are cancelled before they begin", async () => {
    const [before = ""] = await shown(yearly, "USA");
    await change(yearly, [set(yearly, "USA 9.99 2026-12-10"), set(yearly, "USA 12.99 2026-12-20")]);
    await change(yearly, [set(yearly, "FRA 9.99 2026-12-10")]);
    const { ended } = await change(yearly, [cancel("USA")]);
    assert.deepEqual([ended.status, rig.writes()], ["applied", ["DELETE", "DELETE"]]);
    assert.deepEqual(await shown(yearly, "USA"), [before]);
    assert.equal((await shown(yearly, "FRA")).length, 2);
  });

  it("are set again with another choice about present subscribers after a cancel, as Apple changes none", async () => {
    await change(yearly, [set(yearly, "USA 9.99 2026-12-10"), set(yearly, "USA 12.99 2026-12-20")]);
    const keep = { ...set(yearly, "USA 9.99 2026-12-10"), preserveCurrentPrice: true };
    const same = await change(yearly, [keep]);
    assert.deepEqual([same.ended.status, rig.writes()], ["applied", ["DELETE"]]);
    const { ended } = await change(yearly, [cancel("USA"), keep]);
    assert.deepEqual([ended.status, rig.writes()], ["applied", ["DELETE", "POST USA"]]);
    assert.deepEqual((await shown(yearly, "USA")).slice(1), ["USA 9.99 2026-12-10"]);
    rig.advance(20 * dayMs);
    assert.equal((await rig.read(yearly)).filter(({ preserved }) => preserved).length, 1);
  });

  it("give way to an earlier start, and keep what present subscribers keep", async () => {
    await change(yearly, [set(yearly, "USA 9.99 2026-12-10")]);
    const keep = { ...set(yearly, "USA 12.99"), preserveCurrentPrice: true };
    assert.equal((await change(yearly, [keep])).ended.status, "applied");
    assert.equal((await shown(yearly, "USA"))[1], `USA 12.99 ${tomorrow}`);
    rig.advance(2 * dayMs);
    assert.deepEqual(await shown(yearly, "USA"), ["USA 12.99"]);
    assert.equal((await rig.read(yearly)).filter(({ preserved }) => preserved).length, 1);
    // The preserved price is none of a plan's business.
    assert.equal((await change(yearly, [set(yearly, "USA 9.99 2026-12-20")])).ended.status, "applied");
  });
});

describe("faults while prices of a subscription are written", () => {
  it("a lost answer is settled by reading", async () => {
    const planned = await rig.plan(yearly, [set(yearly, "USA 9.99"), set(yearly, "FRA 9.99")]);
    rig.relay.simulator.requests.splice(0);
    fault({ kind: "applied-then-lost" }, "POST", 1);
    const ended = await rig.carryOut(yearly, planned);
    assert.deepEqual([ended.status, ended.result], ["applied", { written: 2, unchanged: 0 }]);
    assert.deepEqual(rig.writes(), ["POST FRA", "POST USA"]);
  });

  it("so is that of the first prices, and of a cancel", async () => {
    fault({ kind: "applied-then-lost" }, "PATCH");
    const first = await change(weekly, [set(weekly, "* 4.99")]);
    assert.deepEqual(
      [first.ended.status, first.ended.result, rig.writes().length],
      ["applied", { written: 1, unchanged: 0 }, 1],
    );
    await change(yearly, [set(yearly, "USA 9.99 2026-12-10")]);
    fault({ kind: "applied-then-lost" }, "DELETE");
    const { ended } = await change(yearly, [cancel("USA")]);
    assert.deepEqual([ended.status, rig.writes()], ["applied", ["DELETE"]]);
  });

  it("a write that did not arrive is sent again", async () => {
    fault({ kind: "reset", at: "before-headers" });
    const { ended } = await change(yearly, [set(yearly, "USA 9.99")]);
    assert.deepEqual([ended.status, rig.writes()], ["applied", ["POST USA", "POST USA"]]);
    assert.equal((await shown(yearly, "USA")).length, 2);
  });

  it("a limit delays, and what was written is not written again", async () => {
    const planned = await rig.plan(
      yearly,
      ["AUT", "BEL", "DEU", "FRA", "ITA"].map((code) => set(yearly, `${code} 9.99`)),
    );
    rig.relay.simulator.requests.splice(0);
    fault({ kind: "status", status: 429, retryAfter: { seconds: 600 } }, "POST", 3);
    const ended = await rig.carryOut(yearly, planned);
    assert.deepEqual([ended.status, ended.steps, ended.result], ["applied", 2, { written: 5, unchanged: 0 }]);
    assert.ok((ended.waits[0] ?? 0) >= 600_000);
    assert.deepEqual(
      rig.writes(),
      ["AUT", "BEL", "DEU", "FRA", "FRA", "ITA"].map((code) => `POST ${code}`),
    );
  });

  it("a limit on the first write leaves nothing behind", async () => {
    fault({ kind: "status", status: 429, retryAfter: { seconds: 600 } });
    const { ended } = await change(yearly, [set(yearly, "USA 9.99")]);
    assert.deepEqual([ended.status, rig.writes().length], ["applied", 2]);
  });

  it("a price that is set again is so once more where nobody knows how far that came", async () => {
    await change(yearly, [set(yearly, "USA 9.99 2026-12-10")]);
    const keep = { ...set(yearly, "USA 9.99 2026-12-10"), preserveCurrentPrice: true };
    const again = () => change(yearly, [cancel("USA"), keep], (step) => step === 1);
    // It dies after both writes.
    assert.equal((await again()).ended.status, "applied");
    assert.deepEqual(rig.writes(), ["DELETE", "POST USA", "DELETE", "POST USA"]);
    // Before anything of it arrived.
    fault({ kind: "reset", at: "before-headers" }, "DELETE");
    assert.equal((await again()).ended.status, "applied");
    assert.deepEqual(rig.writes(), ["DELETE", "DELETE", "POST USA"]);
    // And between the two.
    fault({ kind: "reset", at: "before-headers" });
    assert.equal((await again()).ended.status, "applied");
    assert.deepEqual(rig.writes(), ["DELETE", "POST USA", "POST USA"]);
    // A lost answer is settled by what was sent before it.
    fault({ kind: "applied-then-lost" });
    assert.equal((await change(yearly, [cancel("USA"), keep])).ended.status, "applied");
    assert.deepEqual(rig.writes(), ["DELETE", "POST USA"]);
    fault({ kind: "applied-then-lost" }, "DELETE");
    assert.equal((await change(yearly, [cancel("USA"), keep])).ended.status, "applied");
    assert.deepEqual(rig.writes(), ["DELETE", "POST USA"]);
  });

  for (const lost of [1, 2, 3]) {
    it(`a worker that dies after step ${lost} changes nothing in the end`, async () => {
      const codes =
        "AUT BEL CYP DEU ESP EST FIN FRA GRC HRV IRL ITA LTU LUX LVA MLT MNE NLD PRT SVK SVN XKS".split(" ");
      const changes = codes.map((code) => set(yearly, `${code} 9.99`));
      const { planned, ended } = await change(yearly, changes, (step) => step === lost);
      assert.deepEqual([ended.status, ended.result], ["applied", { written: codes.length, unchanged: 0 }]);
      assert.deepEqual(
        rig.writes(),
        codes.map((code) => `POST ${code}`),
      );
      assert.deepEqual(await shown(yearly), rows(planned.after));
    });
  }

  it("a refusal before anything was written changes nothing", async () => {
    fault({ kind: "status", status: 409 });
    const { ended } = await change(yearly, [set(yearly, "USA 9.99"), set(yearly, "FRA 9.99")]);
    assert.deepEqual([ended.status, ended.error?.code, ended.result], ["rejected", "rejected", undefined]);
    assert.match(ended.error?.message ?? "", /^FRA: /);
    assert.deepEqual(rig.writes(), ["POST FRA"]);
  });

  it("a later refusal ends the work, and says what was done", async () => {
    fault({ kind: "status", status: 409 }, "POST", 1);
    const changes = ["AUT", "BEL", "DEU"].map((code) => set(yearly, `${code} 9.99`));
    const { ended } = await change(yearly, changes);
    assert.deepEqual([ended.status, ended.error?.code], ["failed", "partly_applied"]);
    assert.deepEqual(ended.result, { written: 1, unchanged: 0, left: 2 });
    // The plan that the error asks for is what is left.
    const { planned } = await change(yearly, changes);
    assert.deepEqual(
      planned.writes.map((write) => write.kind === "create" && write.territory),
      ["BEL", "DEU"],
    );
  });

  it("a price that does not show up in the end leaves the item unknown", async () => {
    fault({ kind: "status", status: 201, body: {} });
    const { ended } = await change(yearly, [set(yearly, "USA 9.99")]);
    assert.deepEqual([ended.status, ended.error?.code, ended.steps], ["unknown", "not_as_planned", 3]);
    assert.deepEqual(rig.writes(), ["POST USA"]);
  });

  it("a price point that costs something else than planned is not taken for applied", async () => {
    const { id } = rig.point(yearly, "USA", "9.99");
    const { ended } = await change(yearly, [{ ...set(yearly, "USA 8.99"), point: { id, price: "8.99" } }]);
    assert.deepEqual([ended.status, ended.error?.code], ["unknown", "not_as_planned"]);
    assert.match(ended.error?.message ?? "", / in USA /);
    assert.equal((await shown(yearly, "USA"))[1], `USA 9.99 ${tomorrow}`);
  });
});

describe("a plan of subscription prices that has grown old", () => {
  it("is rejected when somebody else was there, wherever that was", async () => {
    const planned = await rig.plan(yearly, [set(yearly, "USA 9.99")]);
    await change(yearly, [set(yearly, "FRA 9.99")]);
    rig.writes();
    const ended = await rig.carryOut(yearly, planned);
    assert.deepEqual([ended.status, ended.error?.code, rig.writes()], ["rejected", "schedule_changed", []]);
    assert.match(ended.error?.message ?? "", / in FRA /);
  });

  it("also when they did the very same, and when nothing was to be changed", async () => {
    const planned = await rig.plan(yearly, [set(yearly, "USA 9.99")]);
    const nothing = await rig.plan(yearly, [cancel("USA")]);
    await change(yearly, [set(yearly, "USA 9.99")]);
    rig.writes();
    for (const plan of [planned, nothing]) {
      const ended = await rig.carryOut(yearly, plan);
      assert.deepEqual([ended.status, ended.error?.code, rig.writes()], ["rejected", "schedule_changed", []]);
    }
  });

  it("ends as unknown when somebody else comes in between and the worker dies", async () => {
    const changes = [set(yearly, "USA 9.99"), set(yearly, "FRA 9.99")];
    const { ended } = await change(yearly, changes, async (step) => {
      if (step === 1) await change(yearly, [set(yearly, "ITA 9.99 2026-12-20")]);
      return step === 1;
    });
    assert.deepEqual([ended.status, ended.error?.code], ["unknown", "schedule_changed"]);
    assert.match(ended.error?.message ?? "", / in ITA /);
    // Theirs, and nothing after it.
    assert.deepEqual(rig.writes(), ["POST ITA"]);
  });

  it("moves a start that is not taken any more to the next day", async () => {
    const [before = ""] = await shown(yearly, "USA");
    const planned = await rig.plan(yearly, [set(yearly, "USA 9.99"), set(yearly, "FRA 9.99 2026-12-10")]);
    rig.advance(dayMs);
    const ended = await rig.carryOut(yearly, planned);
    assert.equal(ended.status, "applied");
    assert.deepEqual(await shown(yearly, "USA"), [before, "USA 9.99 2026-12-03"]);
    assert.equal((await shown(yearly, "FRA"))[1], "FRA 9.99 2026-12-10");
  });

  it("sends only the last of several starts that are moved to one day", async () => {
    const [before = ""] = await shown(yearly, "USA");
    const planned = await rig.plan(yearly, [set(yearly, "USA 9.99"), set(yearly, "USA 12.99 2026-12-03")]);
    rig.advance(2 * dayMs);
    rig.writes();
    const ended = await rig.carryOut(yearly, planned);
    assert.deepEqual([ended.status, ended.result], ["applied", { written: 1, unchanged: 1 }]);
    assert.deepEqual(rig.writes(), ["POST USA"]);
    assert.deepEqual(await shown(yearly, "USA"), [before, "USA 12.99 2026-12-04"]);
  });

  it("has nothing to do for a sale that is over by now", async () => {
    const [before = ""] = await shown(yearly, "USA");
    const planned = await rig.plan(yearly, [set(yearly, "USA 0.99"), set(yearly, `${before} 2026-12-03`)]);
    assert.equal(planned.writes.length, 2);
    rig.advance(3 * dayMs);
    const ended = await rig.carryOut(yearly, planned);
    assert.deepEqual([ended.status, ended.result], ["unchanged", { written: 0, unchanged: 2 }]);
    assert.deepEqual(await shown(yearly, "USA"), [before]);
  });

  it("is proved over a midnight in the middle of the work", async () => {
    const codes = "AUT BEL CYP DEU ESP EST FIN FRA GRC HRV IRL ITA".split(" ");
    const planned = await rig.plan(
      yearly,
      codes.map((code) => set(yearly, `${code} 9.99`)),
    );
    // A minute before midnight, and a limit that lasts longer.
    rig.advance(12 * 60 * 60_000 - 60_000);
    fault({ kind: "status", status: 429, retryAfter: { seconds: 600 } }, "POST", 3);
    const ended = await rig.carryOut(yearly, planned);
    assert.deepEqual([ended.status, ended.result], ["applied", { written: codes.length, unchanged: 0 }]);
    assert.deepEqual(await shown(yearly, "BEL"), ["BEL 9.99"]);
    assert.equal((await shown(yearly, "FRA"))[1], "FRA 9.99 2026-12-03");
  });

  it("does not remove a price that has begun", async () => {
    await change(yearly, [set(yearly, `USA 9.99 ${tomorrow}`)]);
    const planned = await rig.plan(yearly, [cancel("USA")]);
    rig.writes();
    rig.advance(dayMs);
    const ended = await rig.carryOut(yearly, planned);
    assert.deepEqual([ended.status, ended.error?.code, rig.writes()], ["rejected", "schedule_changed", []]);
  });
});
