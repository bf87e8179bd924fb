/** Adjust reports as CSV. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { csvShape, withoutFormulas } from "../../functions/adjust/reports/csv-text.ts";
import { csvFileName } from "../../functions/adjust/reports/file-name.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

const asked = {
  dimensions: ["country_code"],
  metrics: ["installs", "network_cost"],
  startDate: "2001-01-01",
  endDate: "2001-01-31",
};

const yesterday = { ...asked, startDate: null, endDate: null, period: "yesterday" };

const path = "/reports-service/csv_report";

const get = (relay: Relay, input: Record<string, unknown>): Promise<Answer> =>
  relay.call("GetAdjustReportCsv", { input });

describe("An Adjust report as CSV", () => {
  it("is Adjust's own text, with what a file needs", async () => {
    await using relay = await startRelay();
    const { status, json } = await get(relay, yesterday);
    assert.equal(status, 200);
    assert.deepEqual(json, {
      csv: "country_code,installs,network_cost\nUS,610,577.2\nDE,710,631.2\nJP,530,453.2\n",
      fileName: `adjust-report-${new Date().toISOString().slice(0, 10)}.csv`,
      rowCount: 3,
      period: "yesterday",
    });
    assert.match(relay.simulator.requests[0]?.url ?? "", /&readable_names=false$/);
    assert.equal(relay.simulator.requests[0]?.headers.accept, "text/csv");
  });

  it("may have a header for people", async () => {
    await using relay = await startRelay();
    const { json } = await get(relay, { ...yesterday, readableNames: true });
    assert.match(Object(json).csv, /^Country code,Installs,Ad Spend \(Network\)\n/);
  });

  it("without rows is the header line alone, so that a file can be made of it", async () => {
    await using relay = await startRelay();
    assert.deepEqual((await get(relay, asked)).json, {
      csv: "country_code,installs,network_cost\n",
      fileName: "adjust-report-2001-01-01-to-2001-01-31.csv",
      rowCount: 0,
      period: "2001-01-01:2001-01-31",
    });
  });

  it("counts rows, not lines, and keeps every character", async () => {
    await using relay = await startRelay();
    const name = 'Größe "XL",\r\n日本 🎣';
    for (const fact of relay.simulator.world.adjust.reportFacts) fact.country_code = name;
    const { json } = await get(relay, { ...yesterday, metrics: ["installs"] });
    assert.equal(Object(json).csv, 'country_code,installs\n"Größe ""XL"",\r\n日本 🎣",1850\n');
    assert.equal(Object(json).rowCount, 1);
  });

  it("holds formulas as they are, unless they are to be escaped", async () => {
    await using relay = await startRelay();
    const formula = '=HYPERLINK("http://evil.test";"Click")';
    for (const fact of relay.simulator.world.adjust.reportFacts) fact.country_code = formula;
    const plain = Object((await get(relay, yesterday)).json).csv;
    assert.ok(plain.includes('\n"=HYPERLINK(""http://evil.test"";""Click"")",'), plain);
    const escaped = Object((await get(relay, { ...yesterday, escapeFormulas: true })).json).csv;
    assert.ok(escaped.includes('\n"\'=HYPERLINK(""http://evil.test"";""Click"")",'), escaped);
  });
});

describe("What is no CSV", () => {
  const faults = [
    ["a web page", { kind: "html" }],
    ["nothing", { kind: "empty" }],
    ["JSON", { kind: "content-type", value: "application/json" }],
    [
      "a web page that is called text",
      { kind: "status", status: 200, body: "<html>", headers: { "content-type": "text/plain" } },
    ],
    ["a text that was cut, with the right length", { kind: "truncated", contentLength: "right" }],
    ["a text that was cut", { kind: "truncated", contentLength: "wrong" }],
    ["no content type", { kind: "content-type", value: "" }],
    ["a redirect", { kind: "redirect", status: 302, location: "https://evil.test/" }],
    ["a bomb", { kind: "gzip-bomb", variant: "ratio" }],
  ] as const;
  for (const [what, fault] of faults) {
    it(`${what}: 502, never a part of a report`, async () => {
      await using relay = await startRelay();
      relay.simulator.faults.add({ path, fault, times: 4 });
      const { status, error } = await get(relay, yesterday);
      assert.deepEqual([status, error?.code, error?.source], [502, "bad_upstream_response", "adjust"]);
    });
  }

  it("is asked for again when only the connection broke", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ path, fault: { kind: "reset", at: "mid-body" } });
    assert.equal((await get(relay, yesterday)).status, 200);
    assert.equal(relay.simulator.requests.length, 2);
  });

  it("is not read past 10 MB, which leads to a job", async () => {
    await using relay = await startRelay();
    const headers = { "content-type": "text/csv" };
    relay.simulator.faults.add({
      path,
      fault: { kind: "status", status: 200, headers, body: `a,b,${"x".repeat(10 * 1024 * 1024)}` },
    });
    const { status, error } = await get(relay, yesterday);
    assert.deepEqual([status, error?.code], [502, "bad_upstream_response"]);
    assert.match(error?.hint ?? "", /as a job/);
  });
});

describe("CSV text", () => {
  const shapes: readonly [text: string, records: number, columns: number | undefined, open: boolean][] = [
    ["", 0, undefined, false],
    ["a", 1, 1, false],
    ["a\n", 1, 1, false],
    ["a,b\n1,2\n", 2, 2, false],
    ["a,b\r\n1,2", 2, 2, false],
    ["a,b\r1,2\r", 2, 2, false],
    ["a,b\n1,\n", 2, 2, false],
    ["a,b\n1,", 2, 2, false],
    ["a,b\n,", 2, 2, false],
    ["a,b\n1", 2, undefined, false],
    ["a,b\n1,2,3\n", 2, undefined, false],
    ['a,b\n"1,\n""2""",3\n', 2, 2, false],
    ['a,b\n"1,2', 1, 2, true],
    ['a,b\n"",""\n', 2, 2, false],
    ['\ufeff"a",b\n1,2\n', 2, 2, false],
  ];
  for (const [text, records, columns, open] of shapes) {
    it(`${JSON.stringify(text)} has ${records} records`, () => {
      assert.deepEqual(csvShape(text), { records, columns, open });
    });
  }

  it("is read in the time of its length: 10 MB of commas, quotes and line ends", () => {
    for (const piece of [",", '"', "\n", '""', 'a,"b"\n', "\r\n"]) {
      const start = performance.now();
      csvShape(piece.repeat((10 * 1024 * 1024) / piece.length));
      assert.ok(performance.now() - start < 5_000, JSON.stringify(piece));
    }
  });

  it("escapes what a spreadsheet would run, and no number", () => {
    const rows: readonly [from: string, to: string][] = [
      ["=1+1", "'=1+1"],
      ["+1", "+1"],
      ["-1.5", "-1.5"],
      ["-1e-7", "-1e-7"],
      ["-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"],
      ["@SUM(A1)", "'@SUM(A1)"],
      ["\t=1", "'\t=1"],
      ['"=1,2"', '"\'=1,2"'],
      ['"a=1"', '"a=1"'],
      ["a=1", "a=1"],
      ["", ""],
    ];
    for (const [from, to] of rows) {
      assert.equal(withoutFormulas(`x,y\n${from},1\n2,${from}\n`), `x,y\n${to},1\n2,${to}\n`, from);
    }
  });
});

describe("The name of a file", () => {
  it("says its days, or the day on which it was made", () => {
    const now = Date.UTC(2026, 10, 25, 12);
    assert.equal(csvFileName("2026-01-01:2026-01-31", now), "adjust-report-2026-01-01-to-2026-01-31.csv");
    assert.equal(csvFileName("-7d:-1d", now), "adjust-report-2026-11-25.csv");
    assert.equal(csvFileName("last_week", now), "adjust-report-2026-11-25.csv");
  });
});
