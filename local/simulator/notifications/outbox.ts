import type { Runtime } from "../../../functions/runtime.ts";
import type { PayloadSigner } from "../app-store-server/payload-signer.ts";
import { type Delivered, deliver, receiverUrl } from "../core/deliver.ts";
import type { Authority } from "../signing/authority.ts";
import type { SendAttempt, SentNotification } from "../world/transactions.ts";
import type { World } from "../world/world.ts";
import { buildNotification } from "./build.ts";
import { createForger, type Forgery } from "./forge.ts";

/** Environments as the control server names them. */
export type EnvironmentName = "production" | "sandbox";

/** Where notifications go, and how time passes for those that are sent again. */
export interface NotificationSettings {
  /** Absent: both. */
  environment?: EnvironmentName;
  /** Absent: all apps that have no URL of their own. */
  bundleId?: string;
  /** A URL of this machine; null takes it away. */
  url?: string | null;
  /** What an hour of Apple's waiting takes, in milliseconds. To begin with, an hour. */
  hourMs?: number;
}

/** A notification to make and send. */
export interface SendWish {
  environment: EnvironmentName;
  bundleId: string;
  type: string;
  /** Absent: null, none. */
  subtype?: string | null;
  productId?: string;
  transactionId?: string;
  /** How many notifications; default 1. */
  count?: number;
  /** How often each is sent at the same time; default 1. */
  copies?: number;
  /** Only kept in the history, as if it had been lost on its way. */
  lost?: boolean;
  /** Sent in a form that nobody may believe, and not kept. */
  forged?: Forgery;
  /** When it is signed, in milliseconds; default now. Of several, each is a millisecond later. */
  at?: number;
  /** Absent: a new one. */
  notificationUUID?: string;
  /** The purchase is as the notification says already; otherwise it is told of as if it were. */
  happened?: boolean;
}

/** The notifications of both environments: they are made, kept, sent, and sent again like Apple's. */
export interface Outbox {
  /** @throws RangeError for a URL that is not of this machine. */
  configure(settings: NotificationSettings): void;
  /** The URL of an app in an environment, as App Store Connect would have it. */
  urlOf(environment: EnvironmentName, bundleId: string): string | undefined;
  /**
   * Makes notifications, keeps and sends them, one after the other; the first one is kept at once. Ends when all that go out at once have been answered.
   *
   * @throws RangeError for what cannot be made.
   */
  send(wish: SendWish): Promise<SentNotification[]>;
  /** Sends everything again now that has not arrived and was not lost. @returns those notifications. */
  retryNow(): Promise<SentNotification[]>;
  /** Forgets what is still to be sent again. */
  stop(): void;
}

/** Hours after which Apple sends again what did not arrive in production; in the sandbox it never does. */
const retryHours = [1, 12, 24, 48, 72];

const hour = 3_600_000;

/** Apple's words for attempts that were not answered. */
const results = {
  refused: "SOCKET_ISSUE",
  closed: "NO_RESPONSE",
  "cut-short": "PREMATURE_CLOSE",
  "no-http": "INVALID_RESPONSE",
  "timed-out": "TIMED_OUT",
} as const;

function resultOf(delivered: Delivered): Omit<SendAttempt, "attemptDate"> {
  if ("failure" in delivered) return { sendAttemptResult: results[delivered.failure] };
  const { status } = delivered;
  // Source: Apple, "Responding to App Store Server Notifications".
  const taken = status >= 200 && status <= 206;
  return { sendAttemptResult: taken ? "SUCCESS" : "UNSUCCESSFUL_HTTP_RESPONSE_CODE", status };
}

/** Whether a notification has reached its receiver. */
export function hasArrived({ attempts }: SentNotification): boolean {
  return attempts.some(({ sendAttemptResult }) => sendAttemptResult === "SUCCESS");
}

/** The outbox of a simulator. Where its notifications go outlasts a reset of the world. */
export function createOutbox(parts: {
  world(): World;
  authority: Authority;
  sign: PayloadSigner;
  runtime: Runtime;
}): Outbox {
  const { world, sign, runtime } = parts;
  const forge = createForger(parts.authority, sign);
  const urls = new Map<string, string>();
  let hourMs = hour;
  let stopping = new AbortController();

  const urlOf = (environment: EnvironmentName, bundleId: string) =>
    urls.get(`${environment} ${bundleId}`) ?? urls.get(environment);

  async function attempt(
    sent: SentNotification,
    url: string,
    copies: number,
    signal: AbortSignal,
  ): Promise<void> {
    const body = JSON.stringify({ signedPayload: sent.signedPayload });
    const tries = Array.from({ length: copies }, async () => {
      const attemptDate = runtime.now();
      const delivered = await deliver(url, { headers: { "content-type": "application/json" }, body }, signal);
      sent.attempts.push({ attemptDate, ...resultOf(delivered) });
    });
    await Promise.all(tries);
  }

  async function retryLater(
    sent: SentNotification,
    environment: EnvironmentName,
    signal: AbortSignal,
  ): Promise<void> {
    if (environment === "sandbox") return;
    for (const hours of retryHours) {
      if (hasArrived(sent)) return;
      await runtime.sleep(hours * hourMs, signal);
      const url = urlOf(environment, sent.bundleId);
      if (url !== undefined && !hasArrived(sent)) await attempt(sent, url, 1, signal);
    }
  }

  async function sendOne(wish: SendWish, at: number): Promise<SentNotification> {
    const { environment, bundleId, type, subtype = null, copies = 1, lost = false, forged } = wish;
    // What has been stopped while it was being sent is not sent again either.
    const { signal } = stopping;
    const state = world().appStoreServer[environment];
    const app = world().appStoreServer.apps.get(bundleId);
    if (app === undefined) throw new RangeError(`There is no app ${bundleId}.`);
    const { payload, originalTransactionId } = buildNotification(state, sign, {
      ...wish,
      ...app,
      subtype,
      at,
    });
    const sent: SentNotification = {
      notificationUUID: String(payload.notificationUUID),
      bundleId,
      type,
      subtype,
      signedDate: at,
      originalTransactionId,
      signedPayload: forged === undefined ? sign(payload) : await forge(forged, payload),
      lost,
      attempts: [],
    };
    if (forged === undefined) state.notifications.push(sent);
    const url = urlOf(environment, bundleId);
    if (lost || url === undefined)
      sent.attempts.push({ attemptDate: runtime.now(), sendAttemptResult: "NO_RESPONSE" });
    else await attempt(sent, url, copies, signal);
    // Ended by `stop` alone.
    if (!lost && forged === undefined) retryLater(sent, environment, signal).catch(() => {});
    return sent;
  }

  return {
    urlOf,
    configure({ environment, bundleId, url, hourMs: nextHourMs }) {
      for (const name of environment ? [environment] : (["production", "sandbox"] as const)) {
        const key = bundleId === undefined ? name : `${name} ${bundleId}`;
        if (url === null) urls.delete(key);
        else if (url !== undefined) urls.set(key, receiverUrl(url).href);
      }
      if (nextHourMs !== undefined) hourMs = nextHourMs;
    },
    async send(wish) {
      const at = wish.at ?? runtime.now();
      const all: SentNotification[] = [];
      for (let index = 0; index < (wish.count ?? 1); index += 1) all.push(await sendOne(wish, at + index));
      return all;
    },
    async retryNow() {
      const again: Promise<SentNotification>[] = [];
      for (const environment of ["production", "sandbox"] as const) {
        for (const sent of world().appStoreServer[environment].notifications) {
          const url = urlOf(environment, sent.bundleId);
          if (sent.lost || url === undefined || hasArrived(sent)) continue;
          again.push(attempt(sent, url, 1, stopping.signal).then(() => sent));
        }
      }
      return Promise.all(again);
    },
    stop() {
      stopping.abort();
      stopping = new AbortController();
    },
  };
}
