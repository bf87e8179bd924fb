import type { Definition, Facets } from "../swagger.ts";
import { isSentence, type Rules, unless } from "./check.ts";
import { allParameters, allProperties, allSchemas, type Found } from "./walk.ts";

/** Words that stay small inside a title. */
const small = /^(a|an|and|as|at|but|by|for|from|in|into|of|off|on|or|per|than|the|to|until|via|vs|with)$/;

/** What makers read at each field. */
export const labelRules: Rules = {
  SummaryInTitleCase: ({ definition }) =>
    labelled(definition).flatMap(({ where, found }) => {
      const words = found["x-ms-summary"]?.split(" ") ?? [];
      const wrong = words.find(
        (word, index) =>
          !/^[A-Z0-9]/.test(word) && (index === 0 || index === words.length - 1 || !small.test(word)),
      );
      return [
        ...unless(words.length > 0 && words[0] !== "", `${where} has no x-ms-summary.`),
        ...unless(wrong === undefined, `${where}: ${wrong} is not in title case.`),
      ];
    }),
  DescriptionWithFullStop: ({ definition }) =>
    labelled(definition).flatMap(({ where, found }) =>
      unless(isSentence(found.description), `${where}: the description must be a sentence with a full stop.`),
    ),
  TypeIsSet: ({ definition }) =>
    labelled(definition)
      .filter(({ found }) => found.type === undefined && !("schema" in found))
      .map(({ where }) => `${where} has no type.`),
  PropertyMustBeRequired: ({ definition }) =>
    withNeed(definition)
      .filter(({ found }) => found["x-ms-visibility"] === "internal")
      .flatMap(({ where, found, required }) =>
        unless(
          // Of a callback the designer itself gives the value.
          !required || found.default !== undefined || found["x-ms-notification-url"] === true,
          `${where} is internal and required, and has no default.`,
        ),
      ),
  InternalPropertyWithDefaultOptional: ({ definition }) =>
    withNeed(definition)
      .filter(({ found }) => found["x-ms-visibility"] === "internal")
      .flatMap(({ where, found, required }) =>
        unless(
          required || found.default === undefined,
          `${where} is internal and optional: its default is never sent.`,
        ),
      ),
};

function labelled(definition: Definition): Found<Facets>[] {
  return [...allParameters(definition), ...allProperties(definition)];
}

function withNeed(definition: Definition): (Found<Facets> & { required: boolean })[] {
  return [
    ...allParameters(definition).map(({ where, found }) => ({
      where,
      found,
      required: found.required === true,
    })),
    ...allSchemas(definition).flatMap(({ where, found: parent }) =>
      Object.entries(parent.properties ?? {}).map(([name, found]) => ({
        where: `${where}/${name}`,
        found,
        required: parent.required?.includes(name) ?? false,
      })),
    ),
  ];
}
