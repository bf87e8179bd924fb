import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type {
  PlannedSubscription,
  StartingPrice,
} from "../../../../functions/app-store-connect/prices/subscriptions/index.ts";
import { progressOf } from "../../../../functions/app-store-connect/prices/subscriptions/progress.ts";
import { asOf } from "../../../../functions/app-store-connect/prices/subscriptions/timeline.ts";
import { addDays } from "../../../../functions/app-store-connect/prices/timeline/index.ts";
import { planned, price, set, territories, today } from "./support.ts";
import { carryOut, costsOf, expected, type World, worlds } from "./world.ts";

const runs = { numRuns: 1_000 };

const planOf = ({ prices, state, changes }: World) => planned(prices, changes, { state });

/** Prices as Apple would list them. */
const asRead = (prices: readonly StartingPrice[]) =>
  prices.map((price, place) => ({ ...price, id: `again ${place}`, preserved: false }));

const namedBy = ({ changes }: World) =>
  new Set(changes.flatMap(({ territory }) => (territory === "*" ? territories : (territory ?? []))));

describe("a plan of subscription prices, day by day", () => {
  it("has every price that is asked for, from its start on, the later change winning", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { after } = planOf(world);
        for (const territory of territories) {
          assert.deepEqual(costsOf(after, territory), expected(world, territory));
        }
      }),
      runs,
    );
  });

  it("leaves every territory that is not named as it is", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { before, after, writes } = planOf(world);
        const named = namedBy(world);
        const others = (prices: readonly StartingPrice[]) =>
          prices.filter(({ territory }) => !named.has(territory));
        assert.deepEqual(others(after), others(before));
        for (const write of writes) assert.ok(write.kind !== "first" && named.has(write.territory));
      }),
      runs,
    );
  });

  it("has writes that Apple takes in their order, and that lead from before to after", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { before, after, writes } = planOf(world);
        const result = writes.reduce<StartingPrice[]>(carryOut, [...before]);
        assert.deepEqual(
          asOf(result, today).map(({ id: _id, ...price }) => price),
          asOf(after, today).map(({ id: _id, ...price }) => price),
        );
      }),
      runs,
    );
  });

  it("asks for nothing when it is made again", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const [change] = world.changes;
        if (!change) return;
        const once = { ...world, changes: [change] };
        const prices = asRead(planOf(once).after);
        assert.deepEqual(planOf({ ...once, prices }).writes, []);
      }),
      runs,
    );
  });
});

const isAgain = ({ writes }: PlannedSubscription) =>
  writes.some((write) => write.kind === "create" && write.again);

describe("progress of a plan, by what is there", () => {
  const facts = { today, tomorrow: addDays(today, 1), sent: 0 };

  it("is how many writes were carried out, after each of them", () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const plan = planOf(world);
        const live = world.state === "APPROVED";
        let present: StartingPrice[] = [...plan.before];
        for (const sent of [0, ...plan.writes.keys()].map((_, place) => place)) {
          const { done, changed } = progressOf({
            ...facts,
            live,
            // What is set again as it was looks the same before and after.
            sent: isAgain(plan) ? sent : 0,
            planned: plan,
            present: asOf(present, today),
          });
          assert.deepEqual(changed, []);
          assert.deepEqual(
            done,
            plan.writes.map((_write, place) => place < sent),
          );
          const write = plan.writes[sent];
          if (write) present = carryOut(present, write);
        }
      }),
      runs,
    );
  });

  it("is the same after the next midnights, for what was carried out before", () => {
    fc.assert(
      fc.property(worlds, fc.nat(20), fc.nat(12), (world, some, nights) => {
        const plan = planOf(world);
        const live = world.state === "APPROVED";
        const sent = Math.min(some, plan.writes.length);
        const later = addDays(today, nights);
        const present = plan.writes.slice(0, sent).reduce<StartingPrice[]>(carryOut, [...plan.before]);
        const { done, changed } = progressOf({
          planned: plan,
          present: asOf(present, later),
          today: later,
          tomorrow: addDays(later, 1),
          live,
          sent: 0,
        });
        assert.deepEqual(changed, []);
        // What looks the same with and without a write is taken for carried out, unless it is set again as it was.
        assert.ok(isAgain(plan) || done.slice(0, sent).every(Boolean));
      }),
      runs,
    );
  });

  it("tells when somebody else has set a price that no write leads to", () => {
    fc.assert(
      fc.property(worlds, fc.constantFrom(...territories), (world, territory) => {
        const plan = planOf(world);
        const foreign = { territory, startDate: addDays(today, 40), point: { id: "foreign", price: "77" } };
        const { changed } = progressOf({
          ...facts,
          live: true,
          planned: plan,
          present: [...plan.before, foreign],
        });
        assert.deepEqual(changed, [territory]);
      }),
      runs,
    );
  });

  it("goes by amounts, since an ID may stand for another one than when it was read", () => {
    const plan = planned([price("USA 4.99")], [set("USA 5.99 2026-03-20")]);
    const at = (present: readonly StartingPrice[]) =>
      progressOf({ ...facts, live: true, planned: plan, present: asOf(present, today) });
    const dearer = (text: string) => ({ ...price(text), point: { ...price(text).point, price: "9.99" } });
    assert.deepEqual(at([price("USA 4.99"), price("USA 5.99 2026-03-20")]).done, [true]);
    const wrong = at([price("USA 4.99"), dearer("USA 5.99 2026-03-20")]);
    assert.deepEqual(wrong, { done: [false], moved: ["USA"], changed: ["USA"] });
    assert.deepEqual(at([dearer("USA 4.99")]), { done: [false], moved: ["USA"], changed: ["USA"] });
  });

  it("takes first prices for written only where all of them are there", () => {
    const plan = planned([], [set("* 4.99")], { state: "READY_TO_SUBMIT" });
    const at = (present: readonly StartingPrice[]) =>
      progressOf({ ...facts, live: false, planned: plan, present }).done;
    assert.deepEqual(at([]), [false]);
    assert.deepEqual(at(plan.after.slice(1)), [false]);
    assert.deepEqual(at(plan.after.slice(0, -1)), [false]);
    assert.deepEqual(at(plan.after), [true]);
  });
});
