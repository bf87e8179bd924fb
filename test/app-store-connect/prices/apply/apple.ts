/** App Store Connect as the simulator plays it, without sockets: what a client sends is answered on a clock that jumps. */
import { Readable } from "node:stream";
import { systemRuntime } from "../../../../functions/runtime.ts";
import type { Client } from "../../../../functions/upstream/client.ts";
import { createAppStoreConnect } from "../../../../local/simulator/app-store-connect/index.ts";
import { type Call, parseQuery } from "../../../../local/simulator/core/call.ts";
import { toMessage } from "../../../../local/simulator/core/message.ts";
import { Refused, type Reply } from "../../../../local/simulator/core/reply.ts";
import {
  createWorld,
  type ItemOverview,
  priceOverview,
  type SimulatorKeys,
  type World,
} from "../../../../local/simulator/index.ts";
import { createWebhookSender } from "../../../../local/simulator/webhooks/sender.ts";

export interface SimulatedApple {
  world: World;
  client: Client;
  /** Calls that arrived, as `GET /v1/apps`, oldest first. */
  calls: string[];
  /** Prices of an app or a product, and how often they were written. */
  prices(id: string): ItemOverview;
}

export function startApple(keys: SimulatorKeys, now: () => number): SimulatedApple {
  const world = createWorld(now());
  Object.assign(world.appStoreConnect.limits, { hour: 1e6, minute: 1e6 });
  const service = createAppStoreConnect(
    () => world,
    () => keys,
    createWebhookSender({ world: () => world, runtime: systemRuntime }),
  );
  const calls: string[] = [];

  function answer(call: Call): Reply {
    try {
      return service.answer(call);
    } catch (error) {
      if (error instanceof Refused) return error.reply;
      throw error;
    }
  }

  return {
    world,
    calls,
    prices(id) {
      const { prices, resources } = world.appStoreConnect;
      const found = priceOverview(prices, resources).find((item) => item.id === id);
      if (!found) throw new Error(`There is nothing of the id ${id}.`);
      return found;
    },
    async client({ method, url, authorization, accept, contentType, body }) {
      const { origin, search } = new URL(url);
      const path = url.slice(origin.length).split("?")[0] ?? "";
      const rawQuery = search.slice(1);
      calls.push(`${method} ${path}`);
      const reply = answer({
        method,
        path,
        rawQuery,
        query: parseQuery(rawQuery) ?? [],
        headers: { authorization, accept, ...(contentType !== undefined && { "content-type": contentType }) },
        body: body instanceof Uint8Array ? Buffer.from(body) : Buffer.alloc(0),
        origin,
        nowMs: now(),
      });
      const message = toMessage(reply, now());
      const headers = Object.entries(message.headers).map(([name, value]) => [
        name.toLowerCase(),
        String(value),
      ]);
      return {
        status: message.status,
        headers: Object.fromEntries(headers),
        body: Readable.from([message.body]),
      };
    },
  };
}
