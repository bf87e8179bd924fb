import {
  contentsOf,
  type Definition,
  operationsOf,
  type Placed,
  resolveSchema,
  type Schema,
} from "../swagger.ts";
import { isSentence, type Rules, unless } from "./check.ts";
import { parametersOf } from "./walk.ts";

/** Operations that start flows. */
export const triggerRules: Rules = {
  TriggerSummary: (connector) =>
    each(connector.definition, ({ operation }) =>
      unless(operation.summary.startsWith("When "), "the summary of a trigger must start with When."),
    ),
  TriggerDescription: (connector) =>
    each(connector.definition, ({ operation }) =>
      unless(
        operation.description.startsWith("This operation triggers when "),
        "the description of a trigger must start with: This operation triggers when.",
      ),
    ),
  TriggerHint: (connector) =>
    each(connector.definition, ({ operation }) =>
      unless(isSentence(operation["x-ms-trigger-hint"]), "a trigger needs a hint, which is a sentence."),
    ),
  TriggerAnswersCreated: (connector) =>
    each(connector.definition, ({ method, operation }) =>
      unless(
        method === "post" && operation.responses[201] !== undefined,
        "a webhook trigger is a POST that answers 201.",
      ),
    ),
  TriggerHasOneCallback: (connector) =>
    each(connector.definition, ({ operation }) => {
      const body = parametersOf(connector.definition, operation.parameters).find(({ schema }) => schema);
      const schema = body?.schema && resolveSchema(connector.definition, body.schema);
      const callbacks = Object.entries(schema?.properties ?? {}).filter(
        ([, property]) => property["x-ms-notification-url"],
      );
      const [[name = "", callback] = []] = callbacks;
      return unless(
        callbacks.length === 1 &&
          callback?.type === "string" &&
          callback["x-ms-visibility"] === "internal" &&
          schema?.required?.includes(name) === true,
        "a trigger has one callback: a required, internal text with x-ms-notification-url.",
      );
    }),
  TriggerContentIsTyped: ({ definition }) => [
    ...each(definition, ({ path }) => {
      const content = contentsOf(definition).find((found) => found.path === path)?.content;
      const schema: Schema | undefined = content && resolveSchema(definition, content.schema);
      return unless(
        Object.keys(schema?.properties ?? {}).length > 0,
        "the path of a trigger needs x-ms-notification-content with properties.",
      );
    }),
    ...contentsOf(definition)
      .filter(({ path }) => !triggersOf(definition).some((trigger) => trigger.path === path))
      .map(({ path }) => `${path} has x-ms-notification-content and no trigger.`),
  ],
  TriggerCanBeEnded: ({ definition }) =>
    unless(
      triggersOf(definition).length === 0 ||
        operationsOf(definition).some(
          ({ method, operation }) => method === "delete" && operation["x-ms-visibility"] === "internal",
        ),
      "where there are triggers, an internal DELETE must end their subscriptions.",
    ),
};

function triggersOf(definition: Definition): Placed[] {
  return operationsOf(definition).filter(({ operation }) => operation["x-ms-trigger"]);
}

function each(definition: Definition, check: (placed: Placed) => string[]): string[] {
  return triggersOf(definition).flatMap((placed) =>
    check(placed).map((text) => `${placed.operation.operationId}: ${text}`),
  );
}
