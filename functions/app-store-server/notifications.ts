import * as Type from "typebox";
import { conform } from "../conform.ts";
import { notACursor } from "../cursor.ts";
import { invalidInput } from "../errors.ts";
import { NotificationData } from "../events/content.ts";
import { transactionPattern } from "../patterns.ts";
import { flag, orNull, text, words } from "../schema.ts";
import { type HistoryFilter, type PastNotification, readHistoryPage } from "./notification-history.ts";
import { appStoreServerList } from "./operation.ts";
import { hasArrived, sendAttempts } from "./send-attempts.ts";

/** A notification as subscribed flows receive it, and how its delivery went. */
const PastNotificationItem = Type.Object(
  {
    id: words("ID", "ID of the notification (notificationUUID), the same in every copy of it."),
    source: words("Source", "The service that it comes from: app-store-server."),
    type: words("Type", "What happened, such as REFUND or DID_RENEW."),
    subtype: orNull(words("Subtype", "What exactly happened, such as VOLUNTARY; null where Apple has none.")),
    environment: words("Environment", "Where it happened, production or sandbox."),
    bundleId: words("Bundle ID", "Bundle ID of the app."),
    occurredAt: words("Occurred at", "When Apple signed it, in UTC."),
    data: NotificationData,
    signedPayload: words("Signed payload", "The notification as Apple signed it, to keep or to pass on."),
    arrived: flag("Arrived", "Whether an attempt of Apple's to deliver it succeeded."),
    sendAttempts,
  },
  { title: "Past notification" },
);

const word = { pattern: "^[A-Z][A-Z0-9_]{0,99}$", form: "Apple's word in capital letters, such as REFUND" };

export const listNotificationHistory = appStoreServerList({
  id: "ListNotificationHistory",
  summary: "List past notifications",
  description:
    "Lists the notifications that Apple has made for an app, whether they arrived or not, with Apple's attempts to deliver them. Apple keeps 180 days, 30 in the sandbox.",
  route: "app-store-server/notifications",
  input: {
    startDate: text("Start", "When the time begins that is asked about, such as 2026-01-31T00:00:00Z.", {
      format: "date-time",
      visibility: "important",
    }),
    endDate: Type.Optional(
      text("End", "When it ends, such as 2026-02-01T00:00:00Z. Leave it empty to mean now.", {
        format: "date-time",
        visibility: "important",
      }),
    ),
    notificationType: Type.Optional(text("Type", "Only notifications of this type, such as REFUND.", word)),
    notificationSubtype: Type.Optional(
      text("Subtype", "Only notifications of this subtype, such as VOLUNTARY. It needs a type.", word),
    ),
    transactionId: Type.Optional(
      text(
        "Transaction ID",
        "Only notifications about the purchase of this transaction. It goes without a type.",
        {
          pattern: transactionPattern,
          form: "a transaction ID: 1 to 20 digits",
        },
      ),
    ),
    onlyFailures: Type.Optional(flag("Only failures", "Only notifications that have not arrived.")),
  },
  item: PastNotificationItem,
  check({ startDate, endDate, notificationType, notificationSubtype, transactionId }, { runtime }) {
    const problems = [
      ...(Date.parse(startDate) < (endDate === undefined ? runtime.now() : Date.parse(endDate))
        ? []
        : [{ field: "startDate", message: "must be before the end." }]),
      ...(notificationSubtype !== undefined && notificationType === undefined
        ? [{ field: "notificationType", message: "is required where a subtype is given." }]
        : []),
      ...(transactionId !== undefined && notificationType !== undefined
        ? [{ field: "transactionId", message: "goes without notificationType: Apple takes one of the two." }]
        : []),
    ];
    if (problems.length > 0) throw invalidInput(problems);
  },
  async run({ startDate, endDate, ...filters }, server, { limit, position }, scope) {
    const end = endDate === undefined ? scope.runtime.now() : Date.parse(endDate);
    let { endMs, skip, token } = position === undefined ? firstPage(end) : readPosition(position);
    // To its end, since Apple asks for the very same filter on every page.
    const filter: HistoryFilter = { startDate: Date.parse(startDate), endDate: endMs, ...filters };
    const found: PastNotification[] = [];
    for (let pages = 1; ; pages += 1) {
      const page = await readHistoryPage(scope, server, filter, token);
      const [unbelieved] = page.refused;
      if (unbelieved) throw unbelieved;
      const rest = page.notifications.slice(skip);
      const taken = rest.slice(0, limit - found.length);
      found.push(...taken);
      if (taken.length < rest.length) skip += taken.length;
      else [token, skip] = [page.next, 0];
      const over = taken.length === rest.length && page.next === undefined;
      if (over || found.length >= limit || pages >= maxPages) {
        return {
          environment: page.environment,
          value: found.map(asItem),
          ...(!over && { position: `${endMs}_${skip}_${token ?? ""}` }),
        };
      }
    }
  },
});

/** Pages of Apple's for one of ours: 200 notifications are ten of them, one more where the first is a rest. */
const maxPages = 11;

function asItem({ event, signedPayload, attempts }: PastNotification) {
  const { environment, bundleId, ...facts } = event;
  return {
    ...facts,
    environment: environment ?? "",
    bundleId: bundleId ?? "",
    data: conform(NotificationData, event.data),
    signedPayload,
    arrived: hasArrived(attempts),
    sendAttempts: attempts,
  };
}

/** Where a page of ours starts: the end of the time, Apple's page, and how many of it are over. */
interface Position {
  endMs: number;
  skip: number;
  token: string | undefined;
}

const firstPage = (endMs: number): Position => ({ endMs, skip: 0, token: undefined });

/** @throws RelayError `invalid_input` for what no page gave out. */
function readPosition(position: string): Position {
  const [, endMs, skip, token] = /^(\d{1,15})_(\d{1,2})_(.*)$/.exec(position) ?? [];
  if (endMs === undefined || skip === undefined || token === undefined) throw notACursor();
  return { endMs: Number(endMs), skip: Number(skip), token: token === "" ? undefined : token };
}
