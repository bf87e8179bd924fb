import * as Type from "typebox";
import { conform } from "../conform.ts";
import { invalidInput } from "../errors.ts";
import { uuidPattern } from "../fields.ts";
import { isObject } from "../json.ts";
import { list, text, words } from "../schema.ts";
import { malformed } from "../upstream/body.ts";
import { path } from "../upstream/path.ts";
import { failureError } from "../upstream/refusal.ts";
import { environmentOrigins } from "./environment.ts";
import {
  fromLineItem,
  lineItem,
  lineItemProblems,
  readLineItem,
  toLineItem,
  word,
} from "./external-purchase-fields.ts";
import { appStoreServerOperation } from "./operation.ts";

const requestIdentifier = text("Request identifier", "UUID of the report, your own, such as a new GUID.", {
  pattern: uuidPattern,
  form: "a UUID, such as e5b07bb3-b5f3-40a8-8a2d-197d30b6beff",
  visibility: "important",
});

/** Tokens of the sandbox begin so. Source: Apple, Receiving and decoding external purchase tokens. */
const sandboxToken = /^SANDBOX/;

export const sendExternalPurchaseReport = appStoreServerOperation({
  id: "SendExternalPurchaseReport",
  summary: "Send an external purchase report",
  description:
    "Reports an external purchase token to Apple, with the transactions that came of it or without any. Corrections are sent as a new report with line items that are restatements.",
  method: "PUT",
  route: "app-store-server/external-purchases/reports/{requestIdentifier}",
  input: {
    requestIdentifier,
    externalPurchaseId: text("External purchase ID", "ID of the token, as the decoded token has it.", {
      pattern: "^[A-Za-z0-9_.-]{1,128}$",
      form: "the ID of an external purchase token",
      visibility: "important",
    }),
    status: text(
      "Status",
      "What the report holds: LINE_ITEM with line items; NO_LINE_ITEM, UNRECOGNIZED_TOKEN or DUPLICATE_TOKEN without.",
      { ...word, visibility: "important" },
    ),
    lineItems: Type.Optional(
      // No source states a bound; this one keeps a mistake from becoming a huge request.
      list("Line items", "The transactions, where the status is LINE_ITEM.", lineItem, {
        minItems: 1,
        maxItems: 1_000,
      }),
    ),
  },
  title: "Sent external purchase report",
  output: { requestIdentifier: words("Request identifier", "UUID of the report, to get it again.") },
  check({ status, lineItems }) {
    const problems = (lineItems ?? []).flatMap((item, index) =>
      lineItemProblems(item, `lineItems[${index}]`),
    );
    if (status === "LINE_ITEM" && !lineItems)
      problems.unshift({ field: "lineItems", message: "is required where the status is LINE_ITEM." });
    if (status !== "LINE_ITEM" && lineItems)
      problems.unshift({
        field: "lineItems",
        message: "must be left out unless the status is LINE_ITEM.",
      });
    if (problems.length > 0) throw invalidInput(problems);
  },
  async run({ lineItems, ...report }, server) {
    if (sandboxToken.test(report.externalPurchaseId) && server.wish === "Production") {
      const message = "must be Sandbox: the token is one of the sandbox.";
      throw invalidInput([{ field: "environment", message }]);
    }
    const { environment, body } = await server.ask({
      method: "PUT",
      path: path`/externalPurchase/v1/reports`,
      // Not idempotent: Apple refuses a report that it has.
      json: { ...report, ...(lineItems && { lineItems: lineItems.map(toLineItem) }) },
    });
    const { requestIdentifier = report.requestIdentifier } = body;
    return { environment, requestIdentifier: String(requestIdentifier) };
  },
});

const report = {
  requestIdentifier: Type.Optional(words("Request identifier", "UUID of the report.")),
  externalPurchaseId: Type.Optional(words("External purchase ID", "ID of the token.")),
  status: Type.Optional(words("Status", "What the report holds, such as LINE_ITEM.")),
  lineItems: list("Line items", "The transactions; none where there were none.", readLineItem),
};

export const getExternalPurchaseReport = appStoreServerOperation({
  id: "GetExternalPurchaseReport",
  summary: "Get an external purchase report",
  description: "Gets a report that was sent before, by its request identifier.",
  method: "GET",
  route: "app-store-server/external-purchases/reports/{requestIdentifier}",
  input: { requestIdentifier },
  title: "External purchase report",
  output: report,
  async run({ requestIdentifier }, server) {
    const { environment, body } = await server.ask({
      method: "GET",
      path: path`/externalPurchase/v1/reports/${requestIdentifier}`,
    });
    if (!isObject(body.report)) {
      throw failureError(
        { origin: environmentOrigins[environment], method: "GET" },
        malformed("It has no report."),
      );
    }
    const { lineItems } = body.report;
    const items = (Array.isArray(lineItems) ? lineItems : []).filter(isObject).map(fromLineItem);
    return { ...conform(Type.Object(report), { ...body.report, lineItems: items }), environment };
  },
});
