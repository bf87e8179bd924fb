import type { Scope } from "../../scope.ts";
import type { AppStoreServer } from "../client.ts";
import { type HistoryFilter, readHistoryPage } from "../notification-history.ts";

/** What became of the notifications that were read. */
export interface Brought {
  read: number;
  /** Stored by this reading: subscribed flows hear of them now. */
  stored: number;
  /** Stored before. */
  known: number;
  /** Happened longer ago than events are kept. */
  past: number;
  /** Not to be believed. */
  refused: number;
}

export const nothing: Brought = { read: 0, stored: 0, known: 0, past: 0, refused: 0 };

export function sum(one: Brought, other: Brought): Brought {
  return {
    read: one.read + other.read,
    stored: one.stored + other.stored,
    known: one.known + other.known,
    past: one.past + other.past,
    refused: one.refused + other.refused,
  };
}

/** A page that was read and brought in. */
export interface BroughtPage {
  brought: Brought;
  /** Why notifications were refused, each reason once. */
  reasons: string[];
  /** Where the next page starts; undefined on the last one. */
  next: string | undefined;
}

/**
 * Reads one page of the history and brings each notification in as if Apple had just sent it: what is stored already
 * stays one event. One that is not to be believed keeps none of the others out.
 *
 * All of them are read, not only those that Apple counts as failed: Apple does not know what was lost after it was
 * answered, nor what another address took before this one was set.
 *
 * @param window the very same for every page.
 * @throws RelayError of the service, or `storage_unavailable`; then reading the page again does no harm.
 */
export async function bringPage(
  scope: Pick<Scope, "signedPayloads" | "runtime" | "events">,
  server: AppStoreServer,
  window: Pick<HistoryFilter, "startDate" | "endDate">,
  token: string | undefined,
): Promise<BroughtPage> {
  const { notifications, refused, next } = await readHistoryPage(scope, server, window, token);
  const brought = {
    ...nothing,
    read: notifications.length + refused.length,
    refused: refused.length,
  };
  const became = await Promise.all(
    notifications.map(({ event, traits }) => scope.events.receive(event, traits)),
  );
  for (const what of became) brought[what] += 1;
  return { brought, reasons: [...new Set(refused.map(({ message }) => message))], next };
}
