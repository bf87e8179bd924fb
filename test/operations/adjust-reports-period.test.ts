/** The days of an Adjust report: what passes, what is rewritten, and what is refused with what to send instead. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { documentedPeriods, resolvePeriod } from "../../functions/adjust/reports/period.ts";
import { type Relay, startRelay } from "../support/relay.ts";

describe("The days of a report", () => {
  let relay: Relay;
  before(async () => {
    relay = await startRelay();
  });
  after(() => relay.close());

  const ask = async (days: Record<string, unknown>) => {
    relay.simulator.requests.length = 0;
    const answer = await relay.call("GetAdjustReport", {
      input: { dimensions: ["app"], metrics: ["installs"], ...days },
    });
    const { url } = relay.simulator.requests[0] ?? {};
    const sent = url && new URL(url, "http://adjust.test").searchParams.get("date_period");
    return { ...answer, sent };
  };

  const taken: readonly [days: Record<string, unknown>, sent: string][] = [
    ...documentedPeriods.map((period): [Record<string, unknown>, string] => [{ period }, period]),
    [{ period: "2026-11-01:2026-11-30" }, "2026-11-01:2026-11-30"],
    [{ period: "2026-11-01:2026-11-01" }, "2026-11-01:2026-11-01"],
    [{ period: "-7d:-1d" }, "-7d:-1d"],
    [{ period: "-3d:-0d" }, "-3d:-0d"],
    [{ period: "-1d:-1d" }, "-1d:-1d"],
    // What Adjust refuses and a relative period replaces exactly.
    [{ period: "last_7_days" }, "-7d:-1d"],
    [{ period: "last_30_days" }, "-30d:-1d"],
    [{ period: "last_90_days" }, "-90d:-1d"],
    [{ period: "last_1_days" }, "-1d:-1d"],
    [{ lastDays: 7 }, "-7d:-1d"],
    [{ lastDays: "14" }, "-14d:-1d"],
    [{ lastDays: 3_650 }, "-3650d:-1d"],
    [{ startDate: "2026-11-01", endDate: "2026-11-30" }, "2026-11-01:2026-11-30"],
    [{ startDate: "2028-02-29", endDate: "2028-02-29" }, "2028-02-29:2028-02-29"],
    [{ period: "", lastDays: 7, startDate: null, endDate: "" }, "-7d:-1d"],
  ];
  for (const [days, sent] of taken) {
    it(`${JSON.stringify(days)} is sent as ${sent}`, async () => {
      const answer = await ask(days);
      assert.equal(answer.status, 200, JSON.stringify(answer.error));
      assert.deepEqual([answer.sent, Object(answer.json).period], [sent, sent]);
    });
  }

  const refused: readonly [days: Record<string, unknown>, fields: string[], says: RegExp][] = [
    [{}, ["period"], /is required, unless lastDays, or startDate and endDate/],
    [{ period: "today", lastDays: 7 }, ["period", "lastDays"], /one of several fields/],
    [{ lastDays: 7, endDate: "2026-11-30" }, ["lastDays", "startDate"], /one of several fields/],
    [{ startDate: "2026-11-01" }, ["endDate"], /go together/],
    [{ endDate: "2026-11-01" }, ["startDate"], /go together/],
    [{ startDate: "2026-11-02", endDate: "2026-11-01" }, ["endDate"], /2026-11-01 is before 2026-11-02/],
    [{ startDate: "2026-02-30", endDate: "2026-03-01" }, ["startDate"], /a day such as/],
    [{ startDate: "01/02/2026", endDate: "2026-03-01" }, ["startDate"], /a day such as/],
    [{ lastDays: 0 }, ["lastDays"], /1/],
    [{ lastDays: 3_651 }, ["lastDays"], /3650|3,650/],
    [{ lastDays: 1.5 }, ["lastDays"], /whole number/],
    [{ period: "2026-11-02:2026-11-01" }, ["period"], /before it starts/],
    [{ period: "2026-02-30:2026-03-01" }, ["period"], /must be one of today/],
    [{ period: "2026-11-01" }, ["period"], /send 2026-11-01:2026-11-01\.$/],
    [{ period: "2026-11-01:2026-11-02:2026-11-03" }, ["period"], /must be one of today/],
    [{ period: "2026-11-01T00:00:00Z:2026-11-02" }, ["period"], /must be one of today/],
    [{ period: "-1d:-7d" }, ["period"], /send -7d:-1d\.$/],
    [{ period: "-9999d:-1d" }, ["period"], /3650 days back/],
    [{ period: "-7d" }, ["period"], /must be one of today/],
    [{ period: "7d:1d" }, ["period"], /must be one of today/],
    [{ period: "last_0_days" }, ["period"], /between 1 and 3650/],
    [{ period: "last_9999_days" }, ["period"], /between 1 and 3650/],
    [{ period: "this_year" }, ["period"], /not taken by Adjust.*\d{4}-01-01:\d{4}-\d\d-\d\d\.$/],
    // Names that every object has are no periods.
    [{ period: "__proto__" }, ["period"], /must be one of/],
    [{ period: "last_quarter" }, ["period"], /not taken by Adjust.*\d{4}-\d\d-01:\d{4}-\d\d-\d\d\.$/],
    [{ period: "Last week" }, ["period"], /must be one of today/],
    [{ period: "today&metrics=x" }, ["period"], /must be one of today/],
  ];
  for (const [days, fields, says] of refused) {
    it(`${JSON.stringify(days)} is refused`, async () => {
      const { status, error, sent } = await ask(days);
      assert.deepEqual([status, error?.code, sent], [400, "invalid_input", undefined]);
      assert.deepEqual(error?.details?.map(({ field }) => field).sort(), [...fields].sort());
      for (const { message } of error?.details ?? []) assert.match(message, says);
    });
  }

  it("with a name that nobody saw refused are Adjust's to judge", async () => {
    const { status, error, sent } = await ask({ period: "next_week" });
    assert.deepEqual([status, sent], [422, "next_week"]);
    assert.equal(error?.upstream?.message, "Unsupported date_period: next_week");
  });

  it("that would be a quarter or a year are named, over the turn of years and at their first day", () => {
    const instead = (period: string, now: string) => {
      const resolved = resolvePeriod({ period }, Date.parse(now));
      return typeof resolved === "string"
        ? resolved
        : /for today (.+)\.$/.exec(resolved[0]?.message ?? "")?.[1];
    };
    assert.equal(instead("last_quarter", "2026-02-10T00:00:00Z"), "2025-10-01:2025-12-31");
    assert.equal(instead("last_quarter", "2028-04-01T00:00:00Z"), "2028-01-01:2028-03-31");
    assert.equal(instead("last_quarter", "2026-12-31T23:59:59Z"), "2026-07-01:2026-09-30");
    assert.equal(instead("this_year", "2026-01-01T00:00:00Z"), "2026-01-01:2026-01-01");
  });
});
