import functions, { type HttpResponseInit } from "@azure/functions";
import { catalogue } from "../../../functions/catalogue.ts";
import { createHandler } from "../../../functions/http/handler.ts";
import type { Services } from "../../../functions/scope.ts";

const origin = "http://relay.test";

/** What a flow gets to know of a sale. */
export interface SaleResult {
  plan: Readonly<Record<string, unknown>>;
  applied: Readonly<Record<string, unknown>>;
}

/** Plans a sale and applies the plan, as a flow does it: polls included, and nothing in between. */
export async function playSale(
  services: Services,
  changes: readonly unknown[],
  planned: (planId: string) => Promise<void>,
): Promise<SaleResult> {
  const call = caller(services);
  const plan = await call("PlanPriceChanges", "app-store-connect/prices/plan", { changes });
  const { planId } = plan;
  if (typeof planId !== "string") throw new Error("There is no plan.");
  await planned(planId);
  return { plan, applied: await call("ApplyPricePlan", "app-store-connect/prices/apply", { planId }) };
}

function caller(services: Services) {
  async function send(id: string, method: string, url: string, body?: unknown): Promise<HttpResponseInit> {
    const operation = catalogue.find((one) => one.id === id);
    if (!operation) throw new Error(`There is no operation ${id}.`);
    let logged = "";
    const log = (line: string) => {
      logged = line;
    };
    const handler = createHandler(operation, { services, log });
    const jobId = /\/jobs\/([a-z0-9]+)\/result/.exec(url)?.[1];
    const answer = await handler(
      new functions.HttpRequest({
        method,
        url,
        headers: body === undefined ? {} : { "content-type": "application/json" },
        params: jobId === undefined ? {} : { jobId },
        ...(body !== undefined && { body: { string: JSON.stringify(body) } }),
      }),
    );
    if ((answer.status ?? 200) > 202)
      throw new Error(`${id} answered ${answer.status}: ${String(answer.body)} ${logged}`);
    return answer;
  }

  return async (id: string, route: string, body: unknown): Promise<Record<string, unknown>> => {
    let answer = await send(id, "POST", `${origin}/api/${route}`, body);
    while (answer.status === 202) {
      const headers = new Headers(answer.headers as Record<string, string>);
      await services.runtime.sleep(Number(headers.get("retry-after")) * 1000);
      answer = await send("GetJobResult", "GET", headers.get("location") ?? "");
    }
    return JSON.parse(String(answer.body));
  };
}
