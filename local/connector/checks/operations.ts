import { type Definition, operationsOf, resolveSchema } from "../swagger.ts";
import { isSentence, type Rules, repeated, unless } from "./check.ts";

/** Most operations that a connector may have. */
const maxOperations = 256;

/** Names and abbreviations that keep their capitals inside a summary. */
const properNames = /^(App|Store|Connect|Server|Advanced|Commerce|API|Adjust|Apple|IDs?|SKUs?|[A-Z]{2,})$/;

/** What operations are called and what they answer. */
export const operationRules: Rules = {
  TotalOperationsCountExceedsMaxAllowed: ({ definition }) => {
    const count = operationsOf(definition).length;
    return unless(count <= maxOperations, `${count} operations, at most ${maxOperations} are taken.`);
  },
  OperationIdNotUnique: ({ definition }) =>
    repeated(ids(definition).map((id) => id.toLowerCase())).map((id) => `${id} is there more than once.`),
  OperationIdSanitized: ({ definition }) =>
    ids(definition).flatMap((id) =>
      unless(/^[A-Z][A-Za-z0-9]{2,63}$/.test(id) && /[a-z]/.test(id), `${id} must be in PascalCase.`),
    ),
  OperationSummaryTooLong: (connector) =>
    each(connector.definition, ({ summary }) =>
      unless(summary.length > 0 && summary.length <= 80, "the summary must have 1 to 80 characters."),
    ),
  RestrictedCharactersInSummary: (connector) =>
    each(connector.definition, ({ summary }) =>
      unless(!/[/\\<>{}]/.test(summary), "the summary must have no slash, bracket or brace."),
    ),
  ValueMustEndWithAlphanumeric: (connector) =>
    each(connector.definition, ({ summary }) =>
      unless(/[A-Za-z0-9]$/.test(summary), "the summary must end with a letter or a digit."),
    ),
  SummaryInSentenceCase: (connector) =>
    each(connector.definition, ({ summary }) => {
      const [first = "", ...rest] = summary.split(/[ -]/);
      const capital = rest.find((word) => /^[A-Z]/.test(word) && !properNames.test(word));
      return [
        ...unless(/^[A-Z]/.test(first), "the summary must start with a capital."),
        ...unless(capital === undefined, `the summary must be in sentence case, ${capital} is not.`),
      ];
    }),
  DescriptionIsSentence: (connector) =>
    each(connector.definition, ({ summary, description }) => [
      ...unless(isSentence(description), "the description must be made of sentences with a full stop."),
      ...unless(
        description.replace(/\.$/, "").toLowerCase() !== summary.toLowerCase(),
        "the description must say more than the summary.",
      ),
    ]),
  VisibilityMissing: (connector) =>
    each(connector.definition, (operation) =>
      unless(
        ["important", "advanced", "internal"].includes(operation["x-ms-visibility"] ?? ""),
        "x-ms-visibility must be set.",
      ),
    ),
  NoGenericTestOnWrites: ({ definition }) =>
    operationsOf(definition).flatMap(({ method, operation }) =>
      unless(
        operation["x-ms-no-generic-test"] === (method === "get" ? undefined : true),
        `${operation.operationId}: x-ms-no-generic-test belongs on what writes, and nowhere else.`,
      ),
    ),
  OperationHasManyResponsesWithSchema: (connector) =>
    each(connector.definition, ({ responses }) =>
      unless(
        Object.values(responses).filter(({ schema }) => schema).length <= 1,
        "more than one answer has a schema.",
      ),
    ),
  SchemaDefinitionSetIncorrectly: (connector) =>
    each(connector.definition, ({ responses }) =>
      unless(Boolean(responses[200]?.schema ?? responses[201]?.schema), "200 or 201 must have a schema."),
    ),
  DefaultResponseHasSchema: (connector) =>
    each(connector.definition, ({ responses }) =>
      unless(!responses.default?.schema, "the default answer must have no schema."),
    ),
  ResponseMustBeDefaultOrHttpStatusCode: (connector) =>
    each(connector.definition, ({ responses }) =>
      Object.keys(responses)
        .filter((status) => !/^([1-5]\d\d|default)$/.test(status))
        .map((status) => `${status} is no status.`),
    ),
  ErrorsAreListed: (connector) =>
    each(connector.definition, ({ responses }) => [
      ...["400", "401", "500"].flatMap((status) =>
        unless(Object.hasOwn(responses, status), `${status} is not listed.`),
      ),
      ...Object.entries(responses).flatMap(([status, { description }]) =>
        unless(isSentence(description), `the description of ${status} must be a sentence.`),
      ),
    ]),
  InvalidNextLinkNameValue: (connector) =>
    each(connector.definition, (operation) => {
      const pageable = operation["x-ms-pageable"];
      return unless(!pageable || pageable.nextLinkName === "nextLink", "nextLinkName must be nextLink.");
    }),
  PageHasValueAndNextLink: (connector) =>
    each(connector.definition, (operation) => {
      if (!operation["x-ms-pageable"]) return [];
      const schema = resolveSchema(connector.definition, operation.responses[200]?.schema ?? {});
      const { value, nextLink } = schema?.properties ?? {};
      return [
        ...unless(value?.type === "array", "a page must have an array named value."),
        ...unless(nextLink?.type === "string", "a page must have a text named nextLink."),
      ];
    }),
};

function ids(definition: Definition): string[] {
  return operationsOf(definition).map(({ operation }) => operation.operationId);
}

type CheckOperation = (operation: ReturnType<typeof operationsOf>[number]["operation"]) => string[];

function each(definition: Definition, check: CheckOperation): string[] {
  return operationsOf(definition).flatMap(({ operation }) =>
    check(operation).map((text) => `${operation.operationId}: ${text}`),
  );
}
