import type { ApiProperties } from "../properties.ts";
import type { Definition } from "../swagger.ts";

/** The files of a connector, read. */
export interface Connector {
  definition: Definition;
  /** Bytes of the definition's file. */
  definitionBytes: number;
  properties: ApiProperties;
  readme: string;
  icon: Buffer;
  /** Codes that errors of the function app can have. */
  errorCodes: readonly string[];
}

/** Answers a sentence for each place where the rule is not kept. */
export type Rule = (connector: Connector) => string[];

/**
 * Rules by name. Where Microsoft's validator has the same rule the name is Microsoft's, so that what it reports can be
 * looked up; the others come from Microsoft's guidelines for connectors or are our own.
 */
export type Rules = Readonly<Record<string, Rule>>;

/** Every place where one of the rules is not kept: name of the rule, place, what is wrong. */
export function findings(rules: Rules, connector: Connector): string[] {
  return Object.entries(rules).flatMap(([name, rule]) => rule(connector).map((text) => `${name}: ${text}`));
}

/** A sentence where something is wrong, else none. */
export function unless(kept: boolean, text: string): string[] {
  return kept ? [] : [text];
}

/** Values that stand in a list more than once, each named once. */
export function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  const again = new Set<string>();
  for (const value of values) (seen.has(value) ? again : seen).add(value);
  return [...again];
}

/** Text that starts with a capital and ends with a full stop. */
export function isSentence(text: string | undefined): boolean {
  return text !== undefined && /^[A-Z0-9"]/.test(text) && text.endsWith(".") && !/\s{2}|\n/.test(text);
}
