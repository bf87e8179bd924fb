import { isJsonObject, type JsonObject } from "../core/json.ts";
import { Refused } from "../core/reply.ts";
import { allowQuery, bodyOf, type ServerContext, type ServerRoute } from "./context.ts";
import { refuse } from "./errors.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const withoutItems = ["NO_LINE_ITEM", "UNRECOGNIZED_TOKEN", "DUPLICATE_TOKEN"];

/** Errors of this API that the simulator answers: codes of their own, with Apple's names. */
const codes = {
  DuplicateValueError: 1,
  NotFoundError: 3,
  OmittedFieldError: 4,
  FutureDateError: 6,
  UnknownEnumError: 7,
  LineItemsNotAllowedForStatusError: 10,
  IncorrectAmountTaxInclusiveError: 11,
  NegativeValueNotAllowedError: 15,
} as const;

function problem(name: keyof typeof codes, fieldName: string, lineItemId?: unknown): JsonObject {
  return {
    errorCode: codes[name],
    errorMessage: `${name} was found.`,
    fieldName,
    ...(typeof lineItemId === "string" && { lineItemId }),
  };
}

const required = [
  "lineItemId",
  "creationDate",
  "eventType",
  "amountTaxExclusive",
  "amountTaxInclusive",
  "netAmountTaxExclusive",
  "taxAmount",
  "pricingCurrency",
  "reportingCurrency",
  "taxCountry",
];
const amounts = ["amountTaxExclusive", "amountTaxInclusive", "netAmountTaxExclusive", "taxAmount"];

function itemProblems(item: JsonObject, nowMs: number, known: ReadonlySet<string>): JsonObject[] {
  const { lineItemId: id } = item;
  const problems = required
    .filter((name) => item[name] === undefined)
    .map((name) => problem("OmittedFieldError", name, id));
  for (const name of amounts) {
    if (item[name] !== undefined && (!Number.isInteger(item[name]) || Number(item[name]) < 0))
      problems.push(problem("NegativeValueNotAllowedError", name, id));
  }
  if (!["BUY", "REFUND"].includes(String(item.eventType)))
    problems.push(problem("UnknownEnumError", "eventType", id));
  if (Number(item.creationDate) > nowMs) problems.push(problem("FutureDateError", "creationDate", id));
  if (Number(item.amountTaxExclusive) + Number(item.taxAmount) !== Number(item.amountTaxInclusive))
    problems.push(problem("IncorrectAmountTaxInclusiveError", "amountTaxInclusive", id));
  if (item.eventType === "REFUND" && !known.has(String(item.referenceLineItemId)))
    problems.push(problem("NotFoundError", "referenceLineItemId", id));
  if (known.has(String(id)) && item.restatement !== true)
    problems.push(problem("DuplicateValueError", "lineItemId", id));
  return problems;
}

/** Reports of purchases that were made outside of the App Store. */
export function externalPurchaseRoutes(context: ServerContext): ServerRoute[] {
  return [
    {
      method: "PUT",
      path: "/externalPurchase/v1/reports",
      perSecond: 50,
      handle: (call, _parameters, { bundleId }) => {
        allowQuery(call, []);
        const body = bodyOf(call, ["requestIdentifier", "externalPurchaseId", "status", "lineItems"]);
        const { requestIdentifier, externalPurchaseId, status, lineItems = [] } = body;
        const { name, writes } = context.environment();
        const { externalPurchases: reports } = writes;
        if (typeof requestIdentifier !== "string" || !uuid.test(requestIdentifier)) throw refuse(4000011);
        if (!Array.isArray(lineItems)) throw refuse(4000000);
        const items = lineItems.filter(isJsonObject);
        const known = new Set(
          [...reports.values()].flatMap((report) => (report.bundleId === bundleId ? report.lineItemIds : [])),
        );
        const problems = items.flatMap((item) => itemProblems(item, call.nowMs, known));
        const ofSandbox = typeof externalPurchaseId === "string" && externalPurchaseId.startsWith("SANDBOX");
        if (ofSandbox && name === "Production") problems.push(problem("NotFoundError", "externalPurchaseId"));
        if (status === "LINE_ITEM" && items.length === 0)
          problems.push(problem("OmittedFieldError", "lineItems"));
        if (withoutItems.includes(String(status)) && items.length > 0)
          problems.push(problem("LineItemsNotAllowedForStatusError", "lineItems"));
        if (status !== "LINE_ITEM" && !withoutItems.includes(String(status)))
          problems.push(problem("UnknownEnumError", "status"));
        const key = `${bundleId} ${requestIdentifier.toLowerCase()}`;
        if (reports.has(key)) problems.push(problem("DuplicateValueError", "requestIdentifier"));
        if (problems.length > 0)
          throw new Refused({ status: 400, json: { errors: problems } }, "report refused");
        reports.set(key, {
          bundleId,
          lineItemIds: items.map(({ lineItemId }) => String(lineItemId)),
          report: body,
        });
        return { status: 200, json: { requestIdentifier } };
      },
    },
    {
      method: "GET",
      path: "/externalPurchase/v1/reports/{requestIdentifier}",
      perSecond: 50,
      handle: (call, { requestIdentifier = "" }, { bundleId }) => {
        allowQuery(call, []);
        const { externalPurchases } = context.environment().writes;
        const found = externalPurchases.get(`${bundleId} ${requestIdentifier.toLowerCase()}`);
        // This API says with 400 that a report is not there.
        if (!found)
          throw new Refused(
            { status: 400, json: problem("NotFoundError", "requestIdentifier") },
            "report not found",
          );
        return { status: 200, json: { report: found.report } };
      },
    },
  ];
}
