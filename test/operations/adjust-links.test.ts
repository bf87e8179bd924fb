import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { writeCursor } from "../../functions/cursor.ts";
import { startEvil } from "../support/evil.ts";
import { type Answer, type Relay, startRelay } from "../support/relay.ts";

const appToken = "hk1ios2game3";
const trackers = `/public/v2/apps/${appToken}/trackers`;

const posts = ({ simulator }: Relay) => simulator.requests.filter(({ method }) => method === "POST");

function rows({ status, json, error }: Answer): Record<string, unknown>[] {
  assert.equal(status, 200, JSON.stringify(error));
  return Object(json).value;
}

describe("Adjust's links", () => {
  it("are flat rows in our spelling, with the level in words and the partner's ID as text", async () => {
    await using relay = await startRelay();
    const [adroll, adcolony] = rows(await relay.call("ListAdjustLinks", { input: { appToken } }));
    assert.deepEqual(adroll, {
      name: "Adroll",
      label: "Adroll",
      level: 1,
      archived: false,
      partnerId: "3",
      costDataEnabled: false,
      url: "https://app.adjust.com/abc123",
      clickUrl: "https://app.adjust.com/abc123?campaign=",
      impressionUrl: "https://s2s.adjust.com/impression/abc123",
      linkToken: "abc123",
      hasSublinks: true,
      levelName: "network",
    });
    assert.deepEqual([adcolony?.partnerId, adcolony?.hasSublinks], ["174", false]);
    const [sent] = relay.simulator.requests;
    assert.equal(sent?.url, `${trackers}?limit=50`);
    assert.equal(
      sent?.headers.authorization,
      `Token token=${relay.demo.vault["demo-adjust"]?.value}`,
      "this API takes another scheme",
    );
  });

  it("are listed below a link, down to the fourth level", async () => {
    await using relay = await startRelay();
    const levels: unknown[] = [];
    for (const parentToken of ["abc123", "camp01", "adgr01", "crea01"]) {
      const found = rows(await relay.call("ListAdjustLinks", { input: { appToken, parentToken } }));
      levels.push(found.map(({ linkToken, levelName }) => [linkToken, levelName]));
    }
    assert.deepEqual(levels, [
      [
        ["camp01", "campaign"],
        ["camp02", "campaign"],
        ["camp03", "campaign"],
      ],
      [["adgr01", "adgroup"]],
      [["crea01", "creative"]],
      [],
    ]);
  });

  it("keep what is new: fields, levels and numbers that Adjust adds", async () => {
    await using relay = await startRelay();
    const items = [{ token: 7, level: 5, new_field: { deep_one: 1 } }, { name: "bare" }];
    const body = { data: { paging: {}, items } };
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body } });
    assert.deepEqual(rows(await relay.call("ListAdjustLinks", { input: { appToken } })), [
      { level: 5, newField: { deepOne: 1 }, linkToken: "7" },
      { name: "bare" },
    ]);
  });

  it("go on by the cursor alone: an address in the answer is never called", async () => {
    await using relay = await startRelay({ publicOrigin: "https://relay.example.com" });
    const evil = await startEvil();
    try {
      for (const next of [`${evil.origin}${trackers}?cursor=x`, "//evil.invalid/x", "javascript:x", 7]) {
        relay.simulator.reset();
        relay.simulator.faults.add({ fault: { kind: "fields", replace: { next } } });
        const first = await relay.call("ListAdjustLinks", { input: { appToken, limit: 2 } });
        const { nextLink } = Object(first.json);
        assert.ok(nextLink.startsWith(`https://relay.example.com/api/adjust/apps/${appToken}/links?`));
        assert.ok(!first.text.includes("evil"));
        const query = new URL(nextLink).search.slice(1);
        const second = rows(await relay.call("ListAdjustLinks", { params: { appToken }, query }));
        assert.deepEqual(
          second.map(({ linkToken }) => linkToken),
          ["abc125", "abc126"],
        );
        assert.ok(relay.simulator.requests.every(({ url }) => url.startsWith(trackers)));
      }
      assert.deepEqual(evil.contacts, []);
    } finally {
      await evil.close();
    }
  });

  it("end where next is null, whatever the cursor says", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ fault: { kind: "fields", replace: { next: null } } });
    const { json } = await relay.call("ListAdjustLinks", { input: { appToken, limit: 2 } });
    assert.equal(Object(json).nextLink, undefined);
  });

  it("of a page that leads back to itself are 502, and so are pages that go round", async () => {
    await using relay = await startRelay();
    const first = await relay.call("ListAdjustLinks", { input: { appToken, limit: 2 } });
    const cursor = new URL(Object(first.json).nextLink).searchParams.get("cursor") ?? "";
    const [, , , position] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    relay.simulator.faults.add({
      times: Number.POSITIVE_INFINITY,
      fault: { kind: "fields", replace: { cursor: position } },
    });
    const again = await relay.call("ListAdjustLinks", { input: { appToken, limit: 2, cursor } });
    assert.deepEqual(
      [again.status, again.error?.code, again.error?.outcome],
      [502, "bad_upstream_response", "none"],
    );
    for (const [operation, input] of [
      ["LookUpAdjustLinks", { appToken }],
      ["CreateAdjustLink", { appToken, name: "Round" }],
    ] as const) {
      relay.simulator.reset();
      const pages = (...cursors: string[]) => {
        for (const next of cursors) {
          const body = { data: { paging: { next: "x", cursor: next }, items: [] } };
          relay.simulator.faults.add({ fault: { kind: "status", status: 200, body } });
        }
      };
      pages("a", "b", "c", "a", "b");
      const { status, error } = await relay.call(operation, { input });
      assert.deepEqual([status, error?.code], [502, "bad_upstream_response"], operation);
      assert.equal(relay.simulator.requests.length, 4);
      assert.equal(posts(relay).length, 0);
    }
  });

  it("that never end are given up after 500 pages, and nothing is created", async () => {
    await using relay = await startRelay();
    for (let page = 0; page < 501; page += 1) {
      const body = { data: { paging: { cursor: `c${page}` }, items: [{ name: "x", token: "x" }] } };
      relay.simulator.faults.add({ fault: { kind: "status", status: 200, body } });
    }
    const { status, error } = await relay.call("CreateAdjustLink", { input: { appToken, name: "New" } });
    assert.deepEqual([status, error?.code, error?.outcome], [422, "rejected", "none"]);
    assert.equal(relay.simulator.requests.length, 500);
  });

  it("of answers that are no list are 502", async () => {
    await using relay = await startRelay();
    const bodies = [[], {}, { data: [] }, { data: { items: {} } }, { data: { items: ["x"] } }];
    const odd = [7, "with a space", "x".repeat(2_001)].map((cursor) => ({
      data: { items: [], paging: { cursor } },
    }));
    for (const body of [...bodies, ...odd]) {
      relay.simulator.faults.add({ fault: { kind: "status", status: 200, body } });
      const { status, error } = await relay.call("ListAdjustLinks", { input: { appToken } });
      assert.deepEqual([status, error?.code], [502, "bad_upstream_response"], JSON.stringify(body));
    }
  });

  it("take no cursor that names an environment", async () => {
    await using relay = await startRelay();
    const cursor = writeCursor({ operation: "ListAdjustLinks", environment: "Sandbox", position: "x" });
    const { status, error } = await relay.call("ListAdjustLinks", { input: { appToken, cursor } });
    assert.deepEqual([status, error?.details?.[0]?.field], [400, "cursor"]);
  });

  it("fill dropdowns: links without those archived, partners of all pages", async () => {
    await using relay = await startRelay();
    assert.deepEqual(rows(await relay.call("LookUpAdjustLinks", { input: { appToken } })), [
      { id: "abc124", title: "Adcolony (abc124)" },
      { id: "abc123", title: "Adroll (abc123)" },
      { id: "abc127", title: "Influencers (abc127)" },
      { id: "abc125", title: "Newsletter (abc125)" },
    ]);
    relay.simulator.requests.length = 0;
    const partners = rows(await relay.call("LookUpAdjustPartners"));
    assert.equal(partners.length, 212);
    assert.deepEqual(partners[0], { id: "174", title: "Adcolony" });
    assert.equal(relay.simulator.requests.length, 2);
  });
});

describe("CreateAdjustLink", () => {
  it("creates at the top or below a link, and the second time answers what is there", async () => {
    await using relay = await startRelay();
    for (const input of [
      { appToken, name: "Summer" },
      { appToken, name: "Summer", parentToken: "abc123" },
    ]) {
      const first = await relay.call("CreateAdjustLink", { input });
      const second = await relay.call("CreateAdjustLink", { input });
      assert.deepEqual([Object(first.json).created, Object(second.json).created], [true, false]);
      assert.deepEqual(second.json, { ...Object(first.json), created: false });
      assert.equal(Object(first.json).level, input.parentToken ? 2 : 1);
    }
    assert.deepEqual(
      posts(relay).map(({ url, body }) => [url, JSON.parse(body.toString())]),
      [
        [trackers, { name: "Summer" }],
        [trackers, { name: "Summer", parent_token: "abc123" }],
      ],
    );
  });

  it("compares names exactly, looks on all pages, and takes an archived link for one that is there", async () => {
    await using relay = await startRelay();
    const { links } = relay.simulator.world.adjust;
    const [pattern] = links.trackers;
    assert.ok(pattern);
    for (let index = 0; index < 450; index += 1) {
      links.trackers.push({ ...pattern, token: `many${index}`, name: `Many ${index}` });
    }
    const call = async (name: string) => {
      const { json } = await relay.call("CreateAdjustLink", { input: { appToken, name } });
      return [Object(json).created, Object(json).linkToken === undefined];
    };
    assert.deepEqual(await call("Many 449"), [false, false]);
    assert.deepEqual(await call("Old network"), [false, false]);
    assert.deepEqual(await call("adroll"), [true, false]);
    assert.equal(posts(relay).length, 1);
  });

  it("names the tokens where several links have the name", async () => {
    await using relay = await startRelay();
    const input = { appToken, name: "Twice", parentToken: "abc123" };
    const { status, error } = await relay.call("CreateAdjustLink", { input });
    assert.deepEqual([status, error?.code, error?.outcome], [409, "rejected", "none"]);
    assert.match(error?.message ?? "", /camp02, camp03/);
    assert.equal(error?.details?.[0]?.field, "name");
    assert.equal(posts(relay).length, 0);
  });

  const lost = [
    { kind: "applied-then-lost" },
    { kind: "stall", at: "after-headers" },
    { kind: "status", status: 500, apply: true },
    { kind: "truncated", contentLength: "wrong" },
    { kind: "empty", apply: true },
    { kind: "html", apply: true },
  ] as const;
  for (const fault of lost) {
    it(`sends one POST and says so when its answer is lost (${fault.kind}); the next run finds the link`, async () => {
      await using relay = await startRelay({ deadlineMs: 1_000 });
      relay.simulator.faults.add({ method: "POST", fault });
      const input = { appToken, name: "Autumn" };
      const { status, error } = await relay.call("CreateAdjustLink", { input });
      assert.deepEqual(
        [status, error?.code, error?.outcome, error?.retryable],
        [409, "outcome_unknown", "unknown", false],
      );
      assert.match(error?.hint ?? "", /Run the action again/);
      const again = await relay.call("CreateAdjustLink", { input });
      assert.equal(Object(again.json).created, false);
      assert.equal(posts(relay).length, 1);
      const named = relay.simulator.world.adjust.links.trackers.filter(({ name }) => name === "Autumn");
      assert.equal(named.length, 1);
    });
  }

  it("sends again what is known not to have arrived", async () => {
    await using relay = await startRelay();
    relay.simulator.faults.add({ method: "POST", fault: { kind: "status", status: 429 } });
    const { status } = await relay.call("CreateAdjustLink", { input: { appToken, name: "Winter" } });
    assert.equal(status, 200);
    assert.equal(posts(relay).length, 2);
  });

  it("passes on what Adjust refuses: a level that is too deep, a parent that is not there", async () => {
    await using relay = await startRelay();
    const deep = await relay.call("CreateAdjustLink", {
      input: { appToken, name: "x", parentToken: "crea01" },
    });
    assert.deepEqual([deep.status, deep.error?.code], [422, "rejected"]);
    assert.equal(deep.error?.details?.[0]?.field, "parent_token");
    const nobody = await relay.call("CreateAdjustLink", {
      input: { appToken, name: "x", parentToken: "nobody" },
    });
    assert.deepEqual([nobody.status, nobody.error?.code], [404, "not_found"]);
  });
});

describe("UpdateAdjustLink", () => {
  it("sets what is given and leaves the rest", async () => {
    await using relay = await startRelay();
    const input = { appToken, linkToken: "abc123" };
    const both = await relay.call("UpdateAdjustLink", {
      input: { ...input, partnerId: 174, costDataEnabled: "true" },
    });
    assert.deepEqual([Object(both.json).partnerId, Object(both.json).costDataEnabled], ["174", true]);
    const one = await relay.call("UpdateAdjustLink", {
      input: { ...input, partnerId: "", costDataEnabled: false },
    });
    assert.deepEqual([Object(one.json).partnerId, Object(one.json).costDataEnabled], ["174", false]);
    assert.deepEqual(
      relay.simulator.requests.map(({ method, url, body }) => [method, url, JSON.parse(body.toString())]),
      [
        ["PATCH", `${trackers}/abc123`, { partner_id: 174, cost_data_enabled: true }],
        ["PATCH", `${trackers}/abc123`, { cost_data_enabled: false }],
      ],
    );
  });

  it("is repeated when its answer is lost, and answers what was sent where the answer is empty", async () => {
    await using relay = await startRelay();
    const input = { appToken, linkToken: "abc125", partnerId: "3" };
    relay.simulator.faults.add({ fault: { kind: "applied-then-lost" } });
    assert.equal((await relay.call("UpdateAdjustLink", { input })).status, 200);
    assert.equal(relay.simulator.requests.length, 2);
    relay.simulator.faults.add({ fault: { kind: "no-content", apply: true } });
    const { json } = await relay.call("UpdateAdjustLink", { input });
    assert.deepEqual(json, { linkToken: "abc125", partnerId: "3" });
  });
});

describe("Adjust's deep links", () => {
  const fields = {
    linkToken: "abc123",
    shortenUrl: true,
    fallback: "https://example.com/fallback",
    deepLinkPath: "/custom-path",
    iosDeepLinkPath: "/ios",
    redirectMacos: "https://example.com/mac",
    ogTitle: "Title",
    campaign: "",
    adgroup: null,
  };
  const sentFields = {
    link_token: "abc123",
    shorten_url: true,
    fallback: "https://example.com/fallback",
    deep_link_path: "/custom-path",
    ios_deep_link_path: "/ios",
    redirect_macos: "https://example.com/mac",
    og_title: "Title",
  };

  it("are short with a token and an end, or long without", async () => {
    await using relay = await startRelay();
    const short = await relay.call("CreateAdjustDeepLink", { input: fields });
    const { url, shortToken, expiresAfterDays } = Object(short.json);
    assert.deepEqual([url, expiresAfterDays], [`https://example.go.link/${shortToken}`, 120]);
    const long = await relay.call("CreateAdjustDeepLink", { input: { linkToken: "abc123" } });
    assert.deepEqual(Object.keys(Object(long.json)), ["url"]);
    const [sent] = relay.simulator.requests;
    assert.deepEqual(
      [sent?.url, JSON.parse(sent?.body.toString() ?? "")],
      ["/engage/deep-links", sentFields],
    );
    assert.match(sent?.headers.authorization ?? "", /^Bearer /);
  });

  it("come in bulk, each beside what was sent, in order", async () => {
    await using relay = await startRelay();
    const links = [fields, { linkToken: "abc124", label: "second" }];
    const { json } = await relay.call("CreateAdjustDeepLinks", { input: { links } });
    const [first, second] = Object(json).value;
    const { hasFailures, successCount, failureCount } = Object(json);
    assert.deepEqual([hasFailures, successCount, failureCount], [false, 2, 0]);
    assert.deepEqual([first.ok, first.linkToken, first.expiresAfterDays], [true, "abc123", 120]);
    assert.deepEqual([second.ok, second.linkToken, second.label], [true, "abc124", "second"]);
    assert.equal(second.expiresAfterDays, undefined);
    assert.deepEqual(JSON.parse(relay.simulator.requests[0]?.body.toString() ?? ""), {
      data: [sentFields, { link_token: "abc124", label: "second" }],
    });
  });

  it("of a bulk that Adjust did not make say so in their row", async () => {
    await using relay = await startRelay();
    const data = [
      { url: "https://a.go.link/x" },
      { error: "no such link" },
      {},
      { url: "http://a.go.link/x" },
    ];
    relay.simulator.faults.add({ fault: { kind: "status", status: 200, body: { data } } });
    const links = data.map(() => ({ linkToken: "abc123" }));
    const { json } = await relay.call("CreateAdjustDeepLinks", { input: { links } });
    const { hasFailures, successCount, failureCount } = Object(json);
    assert.deepEqual([hasFailures, successCount, failureCount], [true, 1, 3]);
    assert.deepEqual(
      Object(json).value.map(({ ok, url, details }: Record<string, unknown>) => [ok, url ?? details]),
      [
        [true, "https://a.go.link/x"],
        [false, "no such link"],
        [false, "It was answered without an address."],
        [false, "It was answered without an address."],
      ],
    );
  });

  it("whose answers cannot be told apart, or got lost, are of unknown outcome and not sent again", async () => {
    await using relay = await startRelay();
    const links = [{ linkToken: "abc123" }, { linkToken: "abc124" }];
    const bodies = [{ data: [{ url: "https://a.go.link/x" }] }, { data: {} }, [], { url: "no" }];
    for (const body of bodies) {
      for (const [operation, input] of [
        ["CreateAdjustDeepLinks", { links }],
        ["CreateAdjustDeepLink", { linkToken: "abc123" }],
      ] as const) {
        relay.simulator.reset();
        relay.simulator.faults.add({ fault: { kind: "status", status: 200, body } });
        const { status, error } = await relay.call(operation, { input });
        assert.deepEqual([status, error?.code, error?.outcome], [409, "outcome_unknown", "unknown"]);
        assert.match(error?.hint ?? "", /makes another one/);
        assert.equal(posts(relay).length, 1);
      }
    }
    relay.simulator.faults.add({ fault: { kind: "applied-then-lost" } });
    const lost = await relay.call("CreateAdjustDeepLink", { input: { linkToken: "abc123" } });
    assert.equal(lost.error?.code, "outcome_unknown");
  });

  it("are repointed by their token, and again when the answer was lost", async () => {
    await using relay = await startRelay();
    const made = await relay.call("CreateAdjustDeepLink", { input: fields });
    const { shortToken } = Object(made.json);
    relay.simulator.faults.add({ method: "PUT", fault: { kind: "applied-then-lost" } });
    const input = { shortToken, linkToken: "abc125", fallback: "https://example.com/new" };
    const { json } = await relay.call("UpdateAdjustDeepLink", { input });
    assert.deepEqual(json, { shortToken });
    assert.deepEqual(relay.simulator.world.adjust.links.shortLinks.get(shortToken), {
      link_token: "abc125",
      fallback: "https://example.com/new",
    });
    assert.equal(relay.simulator.requests.filter(({ method }) => method === "PUT").length, 2);
    const nobody = await relay.call("UpdateAdjustDeepLink", {
      input: { shortToken: "nobody", linkToken: "abc125" },
    });
    assert.equal(nobody.status, 404);
  });
});

describe("What Adjust's link operations refuse", () => {
  const link = { linkToken: "abc123" };
  const refused: readonly [operation: string, input: Record<string, unknown>, fields: string[]][] = [
    ["ListAdjustLinks", { appToken: "HK1" }, ["appToken"]],
    ["ListAdjustLinks", { appToken, parentToken: "../x" }, ["parentToken"]],
    ["CreateAdjustLink", { appToken }, ["name"]],
    ["CreateAdjustLink", { appToken, name: " Spring" }, ["name"]],
    ["CreateAdjustLink", { appToken, name: "Spring\n" }, ["name"]],
    ["CreateAdjustLink", { appToken, name: "Spring", parentToken: "A/B" }, ["parentToken"]],
    ["UpdateAdjustLink", { appToken, ...link }, ["partnerId"]],
    [
      "UpdateAdjustLink",
      { appToken, ...link, partnerId: "x", costDataEnabled: 1 },
      ["costDataEnabled", "partnerId"],
    ],
    ["UpdateAdjustLink", { appToken, linkToken: "ABC", partnerId: "0" }, ["linkToken", "partnerId"]],
    ["CreateAdjustDeepLink", {}, ["linkToken"]],
    ["CreateAdjustDeepLink", { ...link, fallback: "http://example.com" }, ["fallback"]],
    [
      "CreateAdjustDeepLink",
      { ...link, redirect: "example.com", ogImage: "data:x" },
      ["ogImage", "redirect"],
    ],
    ["CreateAdjustDeepLink", { ...link, redirectMacos: "https://a@example.com" }, ["redirectMacos"]],
    ["CreateAdjustDeepLink", { ...link, label: "x".repeat(2_049) }, ["label"]],
    ["CreateAdjustDeepLink", { ...link, shorten_url: true }, ["shorten_url"]],
    ["CreateAdjustDeepLinks", { links: [] }, ["links"]],
    ["CreateAdjustDeepLinks", { links: Array.from({ length: 201 }, () => link) }, ["links"]],
    ["CreateAdjustDeepLinks", { links: [link, { label: 1 }] }, ["links[1].linkToken"]],
    ["CreateAdjustDeepLinks", { links: [{ ...link, colour: 1 }] }, ["links[0].colour"]],
    ["CreateAdjustDeepLinks", { links: [link, { ...link, fallback: "x" }] }, ["links[1].fallback"]],
    ["UpdateAdjustDeepLink", { shortToken: "a/b", ...link }, ["shortToken"]],
    ["UpdateAdjustDeepLink", { shortToken: "ab", ...link, ogImage: "x" }, ["ogImage"]],
  ];
  for (const [operation, input, fields] of refused) {
    it(`${operation} refuses ${JSON.stringify(input).slice(0, 80)}`, async () => {
      await using relay = await startRelay();
      const { status, error } = await relay.call(operation, { input });
      assert.deepEqual([status, error?.code], [400, "invalid_input"], JSON.stringify(error));
      assert.deepEqual(error?.details?.map(({ field }) => field).sort(), fields);
      assert.equal(relay.simulator.requests.length, 0);
    });
  }
});
