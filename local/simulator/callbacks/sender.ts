import { randomBytes } from "node:crypto";
import type { Runtime } from "../../../functions/runtime.ts";
import { type Delivered, deliver, receiverUrl } from "../core/deliver.ts";
import type { World } from "../world/world.ts";
import { type Activity, fillIn, placeholderValues } from "./placeholders.ts";

/** Ways in which a callback is not one that Adjust was told to make. */
export const callbackForgeries = ["no-token", "other-token"] as const;

/** A way in which a callback is forged. */
export type CallbackForgery = (typeof callbackForgeries)[number];

/** An activity, and how its callback is sent. */
export interface CallbackWish extends Omit<Activity, "at"> {
  /** Absent: now. Of several, each is a millisecond later. */
  at?: number;
  /** How many activities; default 1. */
  count?: number;
  /** How often each callback is made at the same time; default 1. */
  copies?: number;
  /** Only kept, as if it had been lost on its way. */
  lost?: boolean;
  /** Sent in a form that nobody may believe, and not kept. */
  forged?: CallbackForgery;
}

/** A callback that was made, with its attempts, oldest first. */
export interface SentCallback {
  activityKind: string;
  appToken: string;
  /** The address with all its parameters, the secret token too. */
  url: string;
  attempts: ({ attemptDate: number } & Delivered)[];
}

/** Adjust's real-time callbacks: made of a URL with placeholders, sent by GET and kept. */
export interface CallbackSender {
  /** The callback URL, with `{placeholders}`; null takes it away. @throws RangeError for one not of this machine. */
  configure(url: string | null): void;
  /**
   * Ends when all have been answered. Adjust documents no sending again by itself, so nothing is.
   *
   * @throws RangeError for what cannot be made, and where there is no URL.
   */
  send(wish: CallbackWish): Promise<SentCallback[]>;
  /** An activity of its own that Adjust has seen: called back for where there is a URL. */
  tell(wish: CallbackWish): void;
  /** Sends each callback again that has not arrived. @returns those. */
  retryNow(): Promise<SentCallback[]>;
  /** Breaks off what is being sent. */
  stop(): void;
}

const taken = (delivered: Delivered) =>
  "status" in delivered && delivered.status >= 200 && delivered.status <= 299;

function forge(url: string, forged: CallbackForgery): string {
  const forgedUrl = new URL(url);
  if (forged === "no-token") forgedUrl.searchParams.delete("token");
  else forgedUrl.searchParams.set("token", randomBytes(32).toString("hex"));
  return forgedUrl.href;
}

/** The callbacks of a simulator. Where they go outlasts a reset of the world. */
export function createCallbackSender(parts: { world(): World; runtime: Runtime }): CallbackSender {
  const { world, runtime } = parts;
  let template: string | null = null;
  let stopping = new AbortController();

  async function attempt(sent: SentCallback): Promise<void> {
    const attemptDate = runtime.now();
    sent.attempts.push({ attemptDate, ...(await deliver(sent.url, {}, stopping.signal)) });
  }

  async function sendOne(wish: CallbackWish, at: number): Promise<SentCallback> {
    const { copies = 1, lost = false, forged, activityKind, appToken } = wish;
    if (template === null) throw new RangeError("Adjust was told no callback URL: send one as url.");
    const url = fillIn(template, placeholderValues(world(), { ...wish, at }));
    const sent = { activityKind, appToken, url: forged ? forge(url, forged) : url, attempts: [] };
    if (!forged) world().adjust.callbacks.push(sent);
    if (!lost) await Promise.all(Array.from({ length: copies }, () => attempt(sent)));
    return sent;
  }

  async function send(wish: CallbackWish): Promise<SentCallback[]> {
    const at = wish.at ?? runtime.now();
    const all: SentCallback[] = [];
    for (let index = 0; index < (wish.count ?? 1); index += 1) all.push(await sendOne(wish, at + index));
    return all;
  }

  return {
    send,
    tell(wish) {
      if (template !== null) void send(wish);
    },
    configure(url) {
      if (url !== null) receiverUrl(fillIn(url, {}));
      template = url;
    },
    async retryNow() {
      const failed = world().adjust.callbacks.filter(({ attempts }) => !attempts.some(taken));
      await Promise.all(failed.map(attempt));
      return failed;
    },
    stop() {
      stopping.abort();
      stopping = new AbortController();
    },
  };
}
