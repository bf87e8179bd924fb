import * as Type from "typebox";
import { invalidInput } from "../errors.ts";
import { transactionId } from "../fields.ts";
import { choice, flag, text } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { severalOf, severalText } from "./comma-separated.ts";
import { appStoreServerList } from "./operation.ts";
import { revisionInput, revisionOutput, revisionPage } from "./revision-pages.ts";
import { TransactionRow } from "./transaction-fields.ts";

const time = (summary: string, description: string) =>
  Type.Optional(text(summary, description, { format: "date-time" }));

export const listTransactions = appStoreServerList({
  id: "ListTransactions",
  summary: "List transactions",
  description:
    "Lists what a customer has bought in the app, with renewals and refunds. Any transaction ID of the customer will do. The least recently changed come first.",
  route: "app-store-server/transactions/{transactionId}/history",
  visibility: "important",
  input: {
    transactionId,
    startDate: time("Start date", "Only purchases from this time on, such as 2026-01-31T00:00:00Z."),
    endDate: time("End date", "Only purchases before this time, such as 2026-02-28T00:00:00Z."),
    productId: severalText("Product ID", "Only these product IDs, with commas between them.", {
      one: "[A-Za-z0-9_.-]{1,255}",
      form: "product IDs with commas between them",
    }),
    productType: severalText(
      "Product type",
      "Only these types, with commas between them: AUTO_RENEWABLE, NON_RENEWABLE, CONSUMABLE, NON_CONSUMABLE.",
      {
        one: "[A-Z][A-Z_]{0,99}",
        form: "types of Apple's with commas between them, such as CONSUMABLE,NON_CONSUMABLE",
      },
    ),
    subscriptionGroupIdentifier: severalText(
      "Subscription group ID",
      "Only subscriptions of these groups, with commas between their IDs.",
      { one: "\\d{1,20}", form: "numbers of subscription groups with commas between them" },
    ),
    inAppOwnershipType: Type.Optional(
      text("Ownership", "PURCHASED for what the customer bought, FAMILY_SHARED for what a relative did.", {
        pattern: "^[A-Z][A-Z_]{0,99}$",
        form: "a word of Apple's in capital letters, such as PURCHASED",
        visibility: "advanced",
      }),
    ),
    revoked: Type.Optional(
      flag("Revoked", "Yes: only what was refunded or taken back. No: only what was not. Empty: both.", {
        visibility: "advanced",
      }),
    ),
    sort: Type.Optional(
      choice(
        "Sort",
        "By the time of the last change, the oldest first or the newest.",
        ["ASCENDING", "DESCENDING"],
        {
          anyCase: true,
          visibility: "advanced",
        },
      ),
    ),
    ...revisionInput,
  },
  further: revisionOutput,
  item: TransactionRow,
  check({ startDate, endDate }) {
    if (startDate === undefined || endDate === undefined || Date.parse(startDate) < Date.parse(endDate))
      return;
    throw invalidInput([{ field: "endDate", message: "must be after the start date." }]);
  },
  run: ({ transactionId, revision, ...filters }, server, wish) =>
    revisionPage(server, {
      // The first version leaves out consumables that were finished.
      call: { path: path`/inApps/v2/history/${transactionId}`, query: queryOf(filters), perSecond: 50 },
      revision,
      wish,
    }),
});

interface Filters {
  startDate?: string;
  endDate?: string;
  productId?: string;
  productType?: string;
  subscriptionGroupIdentifier?: string;
  inAppOwnershipType?: string;
  revoked?: boolean;
  sort?: string;
}

/** The filters as Apple takes them: times in milliseconds, what is several repeated. */
function queryOf({ startDate, endDate, revoked, inAppOwnershipType, sort, ...several }: Filters) {
  const single = {
    startDate: startDate && String(Date.parse(startDate)),
    endDate: endDate && String(Date.parse(endDate)),
    inAppOwnershipType,
    revoked: revoked === undefined ? undefined : String(revoked),
    sort,
  };
  return [
    ...Object.entries(single).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : [])),
    ...(["productId", "productType", "subscriptionGroupIdentifier"] as const).flatMap((name) =>
      severalOf(name, several[name]),
    ),
  ];
}
