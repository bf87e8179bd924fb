/** Clients that know JSON:API and nothing of the relay, and flow engines that follow nextLink, through the real host. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type FunctionApp, settingsOf, startFunctionApp } from "../support/function-app.ts";
import { type Relay, startRelay } from "../support/relay.ts";

interface Document {
  data: { id: string }[];
  links: { self: string; first?: string; next?: string };
  meta: { paging: { total: number } };
}

describe("Pages", () => {
  let relay: Relay;
  let app: FunctionApp;
  before(async () => {
    relay = await startRelay();
    app = await startFunctionApp(settingsOf(relay));
  });
  after(async () => {
    await app.close();
    await relay.close();
  });

  const all = Array.from({ length: 240 }, (_, index) => String(6_700_000_001 + index));

  /** Follows `links.next` with the same headers, as every SDK does. */
  async function readAll(target: string): Promise<{ ids: string[]; pages: Document[] }> {
    const pages: Document[] = [];
    for (let url: string | undefined = `${app.url}${target}`; url !== undefined; ) {
      const answer = await fetch(url, { headers: { "x-functions-key": app.key } });
      assert.equal(answer.status, 200);
      const page: Document = (await answer.json()) as Document;
      pages.push(page);
      url = page.links.next;
    }
    return { ids: pages.flatMap(({ data }) => data.map(({ id }) => id)), pages };
  }

  it("of a raw relay lead through all 240 in-app purchases, each once, by way of the relay alone", async () => {
    relay.simulator.requests.length = 0;
    const { ids, pages } = await readAll(
      "/relay/app-store-connect/v1/apps/1480000001/inAppPurchasesV2?limit=50&fields%5BinAppPurchases%5D=name",
    );
    assert.deepEqual(ids, all);
    assert.equal(pages.length, 5);
    for (const { links } of pages) {
      for (const link of Object.values(links)) {
        assert.ok(
          link.startsWith(`${app.url}/relay/app-store-connect/v1/apps/1480000001/inAppPurchasesV2`),
          link,
        );
        assert.ok(!link.includes("code=") && !link.includes(app.key));
      }
    }
    assert.equal(relay.simulator.requests.length, 5);
    assert.ok(relay.simulator.requests.every(({ url }) => url.includes("fields%5BinAppPurchases%5D=name")));
  });

  it("keep the caller's credential, given by the query, and never the key", async () => {
    relay.simulator.requests.length = 0;
    const { ids, pages } = await readAll(
      `/relay/app-store-connect/v1/territories?limit=100&credential=demo-individual&code=${app.key}`,
    );
    assert.equal(ids.length, 175);
    assert.equal(new URL(pages[0]?.links.next ?? "").searchParams.get("credential"), "demo-individual");
    assert.ok(!JSON.stringify(pages).includes(app.key));
    assert.ok(relay.simulator.requests.every(({ url }) => !url.includes("credential")));
  });

  it("differ from the service's own answer in the links and in no other byte", async () => {
    const direct = await relay.services.credentials.choose({ kinds: ["app-store-connect-team"] });
    const target = "v1/apps/1480000001/inAppPurchasesV2?limit=3";
    const origin = relay.simulator.urls.appStoreConnect;
    const own = await (
      await fetch(`${origin}/${target}`, { headers: { authorization: await direct.authorization({}) } })
    ).text();
    const relayed = await (await app.fetch(`/relay/app-store-connect/${target}`)).text();
    assert.notEqual(relayed, own);
    const links = own.slice(own.lastIndexOf('"links":'));
    const rewritten = links.replaceAll(origin, `${app.url}/relay/app-store-connect`);
    assert.equal(relayed, own.slice(0, own.lastIndexOf('"links":')) + rewritten);
  });

  it("that lead elsewhere make the answer 502, and no caller is sent there", async () => {
    for (const to of ["other-host", "userinfo", "other-route"] as const) {
      relay.simulator.faults.add({ fault: { kind: "next-link", to } });
      const answer = await app.fetch("/relay/app-store-connect/v1/apps?limit=1");
      const text = await answer.text();
      assert.deepEqual(
        [answer.status, answer.headers.get("x-relay-error")],
        [502, "bad_upstream_response"],
        to,
      );
      assert.ok(!text.includes("evil"));
    }
  });

  it("of a list are followed by nextLink alone, over HTTP, to the last", async () => {
    const ids: string[] = [];
    let link: string | undefined = `${app.url}/app-store-connect/apps/1480000001/in-app-purchases?limit=100`;
    for (let pages = 0; link !== undefined; pages += 1) {
      assert.ok(pages < 3);
      const answer: Response = await fetch(link, { headers: { "x-functions-key": app.key } });
      assert.equal(answer.status, 200);
      const page = (await answer.json()) as {
        value: { id: string }[];
        nextLink?: string;
        totalCount: number;
      };
      assert.equal(page.totalCount, 240);
      ids.push(...page.value.map(({ id }) => id));
      assert.ok(!page.nextLink?.includes(app.key));
      link = page.nextLink;
    }
    assert.deepEqual(ids, all);
  });

  it("of an answer are not touched where Adjust or the Server API has members called links", async () => {
    const body = { links: { next: "https://elsewhere.example/x" } };
    relay.simulator.faults.add({ service: "adjust", fault: { kind: "status", status: 200, body } });
    assert.deepEqual(await (await app.fetch("/relay/adjust/app-automation/x")).json(), body);
    relay.simulator.faults.add({ service: "appStoreServer", fault: { kind: "status", status: 200, body } });
    const answer = await app.fetch(
      "/relay/app-store-server/production/inApps/v1/lookup/X?bundleId=com.example.stillwater",
    );
    assert.deepEqual(await answer.json(), body);
  });
});
