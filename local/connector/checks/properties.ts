import { operationsOf } from "../swagger.ts";
import { isSentence, type Rules, repeated, unless } from "./check.ts";

/** Colours that are Microsoft's default or no colour at all. */
const forbiddenColours = ["#007ee5", "#ffffff"];

/** Policy templates that are used here. */
const knownTemplates = ["dynamichosturl", "updatenextlink"];

/** Names of connection parameters whose value is a secret. */
const secret = /key|secret|password|token/i;

/** What a connection asks for, and the policies. */
export const propertyRules: Rules = {
  BrandColour: ({ properties: { properties } }) =>
    unless(
      /^#[0-9A-Fa-f]{6}$/.test(properties.iconBrandColor) &&
        !forbiddenColours.includes(properties.iconBrandColor.toLowerCase()),
      `iconBrandColor ${properties.iconBrandColor} must be a colour of its own.`,
    ),
  PublisherAndStackOwner: ({ properties: { properties } }) =>
    (["publisher", "stackOwner"] as const).flatMap((name) =>
      unless(properties[name].trim() !== "", `${name} is empty.`),
    ),
  Capabilities: ({ properties: { properties } }) =>
    unless(
      properties.capabilities.join() === "actions",
      "capabilities must be what the operations are: actions.",
    ),
  FunctionKeyIsAsked: ({ definition, properties: { properties } }) => {
    // The gateway fills the apiKey of the definition from the parameter of this name.
    const key = properties.connectionParameters.api_key;
    const signsIn = Object.values(definition.securityDefinitions).some(({ type }) => type === "apiKey");
    return unless(!signsIn || key?.type === "securestring", "api_key must be a securestring.");
  },
  SecretsAreSecure: ({ properties: { properties } }) =>
    Object.entries(properties.connectionParameters).flatMap(([name, { type, uiDefinition }]) => [
      ...unless(!secret.test(name) || type === "securestring", `${name} must be a securestring.`),
      ...unless(
        type !== "securestring" || !uiDefinition.constraints.clearText,
        `${name} must not be shown as clear text.`,
      ),
    ]),
  ConnectionParametersAreLabelled: ({ properties: { properties } }) =>
    Object.entries(properties.connectionParameters).flatMap(([name, { uiDefinition }]) => [
      ...unless(uiDefinition.displayName !== "", `${name} has no displayName.`),
      ...unless(isSentence(uiDefinition.description), `the description of ${name} must be a sentence.`),
      ...unless(uiDefinition.tooltip !== "", `${name} has no tooltip.`),
      ...unless(uiDefinition.constraints.required === "true", `${name} must be required.`),
    ]),
  TabOrder: ({ properties: { properties } }) =>
    repeated(
      Object.values(properties.connectionParameters).map(({ uiDefinition }) =>
        String(uiDefinition.constraints.tabIndex),
      ),
    ).map((index) => `two connection parameters have the tabIndex ${index}.`),
  PolicyTemplateIsKnown: ({ properties: { properties } }) =>
    (properties.policyTemplateInstances ?? []).flatMap(({ templateId, title }) => [
      ...unless(knownTemplates.includes(templateId), `${templateId} is not a template that is used here.`),
      ...unless(title !== "", `${templateId} has no title.`),
    ]),
  PolicyOperationsExist: ({ definition, properties: { properties } }) => {
    const ids = operationsOf(definition).map(({ operation }) => operation.operationId);
    return (properties.policyTemplateInstances ?? []).flatMap(({ templateId, parameters }) =>
      [parameters["x-ms-apimTemplate-operationName"] ?? []]
        .flat()
        .filter((id) => !ids.includes(id))
        .map((id) => `${templateId} names ${id}, which does not exist.`),
    );
  },
  NextLinkPolicyForPages: ({ definition, properties: { properties } }) => {
    const pageable = operationsOf(definition)
      .filter(({ operation }) => operation["x-ms-pageable"])
      .map(({ operation }) => operation.operationId);
    const policies = (properties.policyTemplateInstances ?? []).filter(
      ({ templateId }) => templateId === "updatenextlink",
    );
    const named = policies.flatMap(({ parameters }) => parameters["x-ms-apimTemplate-operationName"] ?? []);
    return [
      ...unless(named.join() === pageable.join(), `updatenextlink is for ${named}, pages are ${pageable}.`),
      ...policies.flatMap(({ parameters }) =>
        unless(
          parameters["x-ms-apimTemplateParameter.nextLinkPropertyName"] === "nextLink",
          "updatenextlink must rewrite nextLink.",
        ),
      ),
    ];
  },
  HostPolicy: ({ definition, properties: { properties } }) => {
    const isReserved = definition.host.endsWith(".invalid");
    const asked = Object.hasOwn(properties.connectionParameters, "host");
    const templates = (properties.policyTemplateInstances ?? [])
      .filter(({ templateId }) => templateId === "dynamichosturl")
      .map(({ parameters }) => String(parameters["x-ms-apimTemplateParameter.urlTemplate"]));
    return unless(
      isReserved
        ? asked && templates.join() === "https://@connectionParameters('host')"
        : !asked && templates.length === 0,
      "a reserved host needs the host of the connection and the policy that puts it in; a real host has neither.",
    );
  },
};
