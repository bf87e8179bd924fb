/** The inbound functions inside the test's own process, over a relay's services. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { ReadableStream } from "node:stream/web";
import functions, { type HttpRequest } from "@azure/functions";
import type { EventSource, RelayEvent } from "../../functions/events/event.ts";
import { createInboundHandler, eventsAtOnce, type InboundFacts } from "../../functions/inbound/handler.ts";
import { createKeys } from "../../functions/inbound/keys.ts";
import { inboundFunctions } from "../../functions/inbound/source.ts";
import { verifications } from "../../functions/inbound/work.ts";
import { createSlots } from "../../functions/jobs/slots.ts";
import type { SendWish } from "../../local/simulator/index.ts";
import { observe } from "../support/canary.ts";
import type { ErrorBody, Relay } from "../support/relay.ts";

/** What a service sends. */
export interface Sent {
  method?: "GET" | "POST";
  query?: string;
  headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are, a stream comes as it likes, anything else as JSON. */
  body?: unknown;
}

export interface Answered {
  status: number;
  retryAfter: string | null;
  text: string;
  error: ErrorBody | undefined;
  /** The record of the log. */
  line: Record<string, unknown>;
}

export interface Inbound {
  send(sent: Sent): Promise<Answered>;
  /** What is stored, oldest first. */
  stored(): Promise<RelayEvent[]>;
}

/** The function of a source. @param options in the place of what it has in Azure. */
export function openInbound(
  { services, vault: _vault }: Relay,
  source: EventSource,
  options: Partial<InboundFacts> = {},
): Inbound {
  const entry = inboundFunctions.find((one) => one.source === source) ?? assert.fail();
  const facts = {
    services,
    keys: createKeys((options.services ?? services).credentials, services.runtime),
    slots: createSlots(eventsAtOnce),
    verify: verifications[source],
    ...options,
  };
  return {
    async send(sent) {
      let line = "";
      const handler = createInboundHandler(entry, { ...facts, log: (text) => (line = text) });
      const answer = await handler(requestOf(entry.route, sent));
      const text = String(answer.body);
      observe(`the answer of ${entry.name}`, text);
      observe(`the log of ${entry.name}`, line);
      return {
        status: answer.status ?? 200,
        retryAfter: new Headers(answer.headers ?? {}).get("retry-after"),
        text,
        error: Object(JSON.parse(text)).error,
        line: JSON.parse(line),
      };
    },
    async stored() {
      const { value } = await (options.services ?? services).events.list({ limit: 200, where: {} });
      observe("what is stored", JSON.stringify(value));
      return value.map(({ event }) => event).reverse();
    },
  };
}

function requestOf(route: string, { method = "POST", query = "", headers = {}, body }: Sent): HttpRequest {
  const isStream = typeof body === "object" && body !== null && "getReader" in body;
  const content =
    body instanceof Uint8Array
      ? { bytes: body }
      : { string: typeof body === "string" ? body : JSON.stringify(body) };
  const request = new functions.HttpRequest({
    method,
    url: `http://relay.test/api/${route}${query === "" ? "" : `?${query}`}`,
    headers: { ...(method === "POST" && { "content-type": "application/json" }), ...headers },
    ...(method === "POST" && body !== undefined && !isStream && { body: content }),
  });
  if (isStream) Object.defineProperty(request, "body", { value: body as ReadableStream });
  return request;
}

/** A notification as Apple's body has it, made by the simulator and sent nowhere. */
export async function notificationOf(
  relay: Relay,
  wish: Partial<SendWish> = {},
): Promise<{ signedPayload: string }> {
  const [sent] = await relay.simulator.notifications.send({
    environment: "production",
    bundleId: "com.example.stillwater",
    type: "REFUND",
    lost: true,
    ...wish,
  });
  return { signedPayload: sent?.signedPayload ?? assert.fail() };
}

/** The header of a webhook over some bytes. */
export function signatureOf(secret: string, body: string): Record<string, string> {
  return { "x-apple-signature": `hmacsha256=${createHmac("sha256", secret).update(body).digest("hex")}` };
}

/** An event of a webhook as Apple's documentation shows it. */
export function webhookBody(facts: { id?: string; type?: string; timestamp?: string } = {}): string {
  const { id = "7c813492-9516-4c79-903e-224effdd57ac", timestamp = new Date().toISOString() } = facts;
  return JSON.stringify({
    data: {
      type: facts.type ?? "appStoreVersionAppVersionStateUpdated",
      id,
      version: 1,
      attributes: { oldValue: "PREPARE_FOR_SUBMISSION", newValue: "READY_FOR_REVIEW", timestamp },
      relationships: {
        instance: {
          data: { type: "appStoreVersions", id: "ad7e6298-2570-4ca6-b3cc-f81788e40bdc" },
          links: { self: "https://api.appstoreconnect.apple.com/v1/appStoreVersions/ad7e6298" },
        },
      },
    },
  });
}
