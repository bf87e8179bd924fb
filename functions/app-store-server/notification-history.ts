import { RelayError } from "../errors.ts";
import { isObject } from "../json.ts";
import type { Scope } from "../scope.ts";
import { SignatureFault } from "../signed-payloads/index.ts";
import { malformed } from "../upstream/body.ts";
import { path } from "../upstream/path.ts";
import { failureError } from "../upstream/refusal.ts";
import type { AppStoreServer } from "./client.ts";
import { type Environment, environmentOrigins } from "./environment.ts";
import { type NotificationEvent, notificationEvent } from "./notification-event.ts";
import { readSendAttempts, type SendAttempt } from "./send-attempts.ts";
import { appsOf } from "./trusted.ts";

/** Which notifications of the history are meant, as Apple takes it; times in milliseconds. */
export interface HistoryFilter {
  startDate: number;
  endDate: number;
  notificationType?: string;
  notificationSubtype?: string;
  transactionId?: string;
  /** Only those that have not arrived. */
  onlyFailures?: boolean;
}

/** One notification of the history. */
export interface PastNotification extends NotificationEvent {
  /** The same as Apple signed it. */
  signedPayload: string;
  attempts: SendAttempt[];
}

/** A page of the history as Apple cuts it: at most 20. */
export interface HistoryPage {
  environment: Environment;
  notifications: PastNotification[];
  /** Why others on it are not to be believed, one error each. */
  refused: RelayError[];
  /** Where the next page starts; undefined on the last one. */
  next: string | undefined;
}

/**
 * Reads one page, every notification of it verified as if it had been sent here. One that does not verify is told of
 * beside the others: whether it spoils them is for the reader to say.
 *
 * @param token where the page starts, as the page before told it. Apple asks for the very same filter then.
 * @throws RelayError `bad_upstream_response` where the answer breaks the contract.
 */
export async function readHistoryPage(
  { signedPayloads, runtime }: Pick<Scope, "signedPayloads" | "runtime">,
  server: AppStoreServer,
  filter: HistoryFilter,
  token: string | undefined,
): Promise<HistoryPage> {
  const { environment, body } = await server.ask({
    method: "POST",
    path: path`/inApps/v1/notifications/history`,
    ...(token !== undefined && { query: [["paginationToken", token]] as const }),
    json: filter,
    // It reads, whatever its method.
    idempotent: true,
    perSecond: 50,
  });
  const unusable = (reason: string) =>
    failureError(
      { origin: environmentOrigins[environment], method: "POST", idempotent: true },
      malformed(reason),
    );
  const { notificationHistory = [], hasMore, paginationToken } = body;
  if (!Array.isArray(notificationHistory)) throw unusable("Its history is no list.");
  if (hasMore === true && (typeof paginationToken !== "string" || paginationToken === ""))
    throw unusable("It says that there is more, and not where.");
  if (hasMore === true && paginationToken === token) throw unusable("Its next page is the same page.");
  const expected = {
    apps: appsOf(server.credential.credential).filter(({ bundleId }) => bundleId === server.bundleId),
    environment,
    kinds: ["notification"],
  } as const;
  const read = async (item: unknown) => {
    const { signedPayload, sendAttempts } = isObject(item) ? item : {};
    if (typeof signedPayload !== "string") throw unusable("A notification in it has no signed payload.");
    try {
      const decoded = await signedPayloads.decode(signedPayload, expected);
      const attempts = readSendAttempts(sendAttempts);
      return { ...notificationEvent(decoded, runtime.now()), signedPayload, attempts };
    } catch (error) {
      if (!(error instanceof SignatureFault)) throw error;
      return unusable(`A notification in it is not to be believed. ${error.message}`);
    }
  };
  const all = await Promise.all(notificationHistory.map(read));
  const refused = all.filter((one) => one instanceof RelayError);
  const notifications = all.filter((one): one is PastNotification => !(one instanceof RelayError));
  return {
    environment,
    notifications,
    refused,
    next: hasMore === true ? String(paginationToken) : undefined,
  };
}
