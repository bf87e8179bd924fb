import { randomBytes } from "node:crypto";
import { Created } from "../created.ts";
import { invalidInput, RelayError } from "../errors.ts";
import type { Scope } from "../scope.ts";
import { timedId } from "../storage/newest-first.ts";
import { seal, unseal } from "../storage/seal.ts";
import { isToken, newToken, withHash } from "../storage/token.ts";
import { currentKey, type KeyScope, macOf, openKey } from "./callback-key.ts";
import { type CallbackRules, readCallback } from "./callback-url.ts";
import type { EventSource } from "./event.ts";
import type { EventFilters, Subscription } from "./subscription.ts";
import type { SubscriptionStore } from "./subscription-store.ts";

/** Subscriptions that are active at a time: each event is compared with all of them. */
export const maxSubscriptions = 500;

/** What the settings say about callback URLs. */
export function rulesOf({ configuration }: Pick<Scope, "configuration">): CallbackRules {
  return { hosts: configuration.events.callbackHosts, local: configuration.vault.kind === "folder" };
}

/**
 * Subscribes a flow to events of a source.
 *
 * The same flow with the same filters stays one subscription, since flow engines send a call again whose answer was lost.
 * Each call gets a token of its own, and the subscription ends with the last of them.
 *
 * @throws RelayError `invalid_input`, `rejected` where there are too many, `storage_unavailable`.
 */
export async function subscribe(
  scope: Scope,
  source: EventSource,
  notificationUrl: string,
  filters: EventFilters,
): Promise<Created> {
  const callback = readCallback(notificationUrl, rulesOf(scope));
  if (typeof callback === "string") {
    throw invalidInput([{ field: "notificationUrl", message: callback }]);
  }
  const { subscriptions, runtime, origin } = scope;
  const newId = () => timedId(runtime.now(), randomBytes(8).readBigUInt64BE());
  const key = await currentKey(subscriptions.keys, scope, newId());
  const mac = macOf(key, notificationUrl);
  const { token, hash } = newToken();
  const created = ({ id }: Pick<Subscription, "id">) =>
    new Created(`${origin}/api/event-subscriptions/${id}?token=${token}`, { subscriptionId: id });
  const active = (await subscriptions.all()).filter(({ status }) => status === "active");
  const text = JSON.stringify(filters);
  const same = active.find(
    (other) => other.source === source && other.mac === mac && JSON.stringify(other.filters) === text,
  );
  const joined =
    same &&
    (await subscriptions.change(same.id, (current) =>
      current.status === "active" ? { ...current, tokenHash: withHash(current.tokenHash, hash) } : undefined,
    ));
  if (joined?.status === "active") return created(joined);
  if (active.length >= maxSubscriptions) throw tooMany();
  const id = newId();
  await subscriptions.insert({
    id,
    source,
    status: "active",
    filters,
    host: callback.host,
    sealed: seal(key.bytes, id, notificationUrl),
    keyId: key.id,
    mac,
    tokenHash: hash,
    usedTokenHash: "",
    createdAt: new Date(runtime.now()).toISOString(),
    endedAt: undefined,
    endedBecause: undefined,
  });
  return created({ id });
}

/** Takes a token away, and ends the subscription with the last one. @returns false for a token that is none of its. */
export async function unsubscribe(
  { subscriptions, runtime }: Pick<Scope, "subscriptions" | "runtime">,
  id: string,
  token: string,
): Promise<boolean> {
  let known = false;
  const endedAt = new Date(runtime.now()).toISOString();
  await subscriptions.change(id, (current) => {
    known = isToken(token, `${current.tokenHash} ${current.usedTokenHash}`);
    const used = current.tokenHash.split(" ").filter((hash) => isToken(token, hash));
    if (used.length === 0) return undefined;
    const left = current.tokenHash.split(" ").filter((hash) => !used.includes(hash));
    const changed = {
      ...current,
      tokenHash: left.join(" "),
      usedTokenHash: used.reduce(withHash, current.usedTokenHash),
    };
    const ends = left.length === 0 && current.status === "active";
    return ends ? { ...changed, status: "deleted", sealed: "", endedAt } : changed;
  });
  return known;
}

/** The callback URL of a subscription; undefined where nothing opens it any more. */
export async function callbackOf(
  store: SubscriptionStore,
  scope: KeyScope,
  { id, keyId, sealed }: Subscription,
): Promise<string | undefined> {
  const key = await openKey(store.keys, scope, keyId);
  return key && unseal(key.bytes, id, sealed);
}

function tooMany(): RelayError {
  return new RelayError("rejected", {
    message: `There are ${maxSubscriptions} subscriptions already, which is the most.`,
    hint: "ListEventSubscriptions lists them. Turn off or delete flows that are no longer needed.",
    status: 409,
  });
}
