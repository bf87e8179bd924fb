import type { SentCallback } from "../callbacks/sender.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { type AdjustDeviceState, createAdjustDeviceState } from "./adjust-devices.ts";
import { type AdjustLinkState, createAdjustLinkState } from "./adjust-links.ts";
import { createReportFacts, type ReportFact } from "./adjust-reports.ts";

export interface AdjustEvent {
  id: number;
  name: string;
  token: string;
  unique: boolean;
  archived: boolean;
}

export interface AdjustApp {
  token: string;
  name: string;
  storeId: string;
  bundleId: string;
  platform: "android" | "ios";
  channelSetup: JsonObject;
  overrideSettings: JsonObject;
  editors: readonly string[];
  sharedSecret?: string;
  crossPromoToken: string;
  skAppId: string | null;
  createdAt: number;
  /** Apps made in the dashboard can be read through their settings only. */
  madeByApi: boolean;
  events: AdjustEvent[];
  /** Sections of the settings besides `app_info` and `events`. */
  settings: Record<string, Json>;
}

/** A background job. */
export interface AdjustTicket {
  kind: string;
  /** How often its status was asked; it moves one step each time, so that no test waits for a clock. */
  asked: number;
  /** Status after new and opened. */
  end: "completed" | "failed";
  result: JsonObject;
}

export interface AdjustState {
  apps: AdjustApp[];
  links: AdjustLinkState;
  devices: AdjustDeviceState;
  /** By ticket token. */
  tickets: Map<string, AdjustTicket>;
  /** Statuses of jobs in capitals, as older hosts of Adjust's write them. */
  capitalStatuses: boolean;
  /** Token of the app that new apps take their settings from. */
  templateToken: string;
  /** Last number given to an event. */
  lastEventId: number;
  /** What the Report Service counts. */
  reportFacts: ReportFact[];
  /** Answers 429 past the published rate of the Report Service. */
  enforceReportLimit: boolean;
  /** Callbacks that were made, oldest first. */
  callbacks: SentCallback[];
}

function app(
  facts: Pick<AdjustApp, "token" | "name" | "storeId" | "platform" | "createdAt"> & Partial<AdjustApp>,
): AdjustApp {
  return {
    bundleId: facts.storeId,
    channelSetup: {},
    overrideSettings: {},
    editors: [],
    crossPromoToken: facts.token.slice(0, 7),
    skAppId: null,
    madeByApi: true,
    events: [],
    settings: {
      callbacks: [],
      fraud_prevention_settings: { enabled: true },
      attribution_settings: { click_device_matching: { window: 604_800, enabled: true } },
    },
    ...facts,
  };
}

/** The Adjust account of the default world. Created dates of the first three are fixed, for date filters. */
export function createAdjustState(now: number): AdjustState {
  const event = (id: number, name: string): AdjustEvent => {
    return { id, name, token: `ev${id}x`, unique: false, archived: false };
  };
  const facebook = { facebook: { app_id: "987654321" }, google: { link_id: "harbor_link" } };
  return {
    links: createAdjustLinkState(),
    devices: createAdjustDeviceState(),
    apps: [
      app({
        token: "hk1ios2game3",
        name: "Harbor Kings",
        storeId: "1480000001",
        bundleId: "com.example.harborkings",
        platform: "ios",
        createdAt: Date.UTC(2024, 2, 1, 9),
        channelSetup: facebook,
        skAppId: "86372991152",
        events: [event(10_001, "purchase"), event(10_002, "registration")],
      }),
      app({
        token: "hk9and8game7",
        name: "Harbor Kings Android",
        storeId: "com.example.harborkings",
        platform: "android",
        createdAt: Date.UTC(2024, 2, 2, 9),
        events: [event(10_003, "purchase")],
      }),
      app({
        token: "sw4ios5calm6",
        name: "Stillwater",
        storeId: "1480000002",
        bundleId: "com.example.stillwater",
        platform: "ios",
        createdAt: Date.UTC(2025, 6, 15, 12),
      }),
      app({
        token: "tmpl0app0set",
        name: "Template",
        storeId: "com.example.template",
        platform: "android",
        createdAt: Date.UTC(2023, 0, 10),
        madeByApi: false,
        events: [event(10_010, "purchase"), event(10_011, "tutorial")],
        settings: { partners: [{ name: "facebook", revenue_forwarding: true }], callbacks: [] },
      }),
      app({
        token: "dash0only0ap",
        name: "Made in the dashboard",
        storeId: "1480000099",
        platform: "ios",
        createdAt: Date.UTC(2023, 5, 1),
        madeByApi: false,
      }),
    ],
    // A job that has ended, for whoever needs a ticket that is known.
    tickets: new Map([
      [
        "7d5c6b1e-3f0a-4a55-9c1d-2e8f4b6a7c90",
        {
          kind: "migration",
          asked: 2,
          end: "completed",
          result: { events: { successes: ["purchase"], failures: [] } },
        },
      ],
    ]),
    capitalStatuses: false,
    templateToken: "tmpl0app0set",
    lastEventId: 20_000,
    reportFacts: createReportFacts(now),
    enforceReportLimit: true,
    callbacks: [],
  };
}
