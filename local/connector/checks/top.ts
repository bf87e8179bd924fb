import { operationsOf } from "../swagger.ts";
import { isSentence, type Rules, repeated, unless } from "./check.ts";

/** Order of the top members, as Microsoft's reviewers want it; what is not in it comes after. */
const order = [
  "swagger",
  "info",
  "host",
  "basePath",
  "schemes",
  "consumes",
  "produces",
  "paths",
  "definitions",
  "parameters",
  "securityDefinitions",
  "security",
];

/** Words that a title must not have: kinds of thing, and products of Microsoft's. */
const restricted =
  /\b(api|connector|power ?apps|power ?automate|power ?platform|logic apps|copilot|microsoft)\b/i;

/** Categories of Microsoft's catalogue of connectors. */
export const categories = [
  "AI",
  "Business Intelligence",
  "Business Management",
  "Collaboration",
  "Commerce",
  "Communication",
  "Content and Files",
  "Data",
  "Finance",
  "Human Resources",
  "Internet of Things",
  "IT Operations",
  "Lifestyle and Entertainment",
  "Marketing",
  "Productivity",
  "Sales and CRM",
  "Security",
  "Social Media",
  "Website",
];

/** Larger files are not taken. */
const maxBytes = 1_000_000;

const isHttps = (url: string) => URL.canParse(url) && new URL(url).protocol === "https:";

/** What a definition says of itself, before its operations. */
export const topRules: Rules = {
  SpecificationVersionIncorrect: ({ definition }) =>
    unless(definition.swagger === "2.0", "swagger must be the text 2.0."),
  TopMembersInOrder: ({ definition }) => {
    const members = Object.keys(definition).filter((name) => order.includes(name));
    const first = Object.keys(definition).slice(0, order.length);
    return unless(
      members.join() === order.join() && first.join() === order.join(),
      `the members stand as ${first.join(", ")}.`,
    );
  },
  TitleForm: ({ definition: { info } }) => [
    ...unless(
      info.title.trim().length > 0 && info.title.length <= 30,
      "info.title must have 1 to 30 characters.",
    ),
    ...unless(/[A-Za-z0-9]$/.test(info.title), "info.title must end with a letter or a digit."),
  ],
  ValueContainsRestrictedWords: ({ definition: { info } }) =>
    unless(!restricted.test(info.title), `info.title contains ${restricted.exec(info.title)?.[0]}.`),
  FieldLengthNotInRange: ({ definition: { info } }) => [
    ...unless(
      info.description.length >= 30 && info.description.length <= 500,
      `info.description has ${info.description.length} characters, not 30 to 500.`,
    ),
    ...unless(isSentence(info.description), "info.description must be made of sentences."),
  ],
  ContactEmailNotValid: ({ definition: { info } }) =>
    unless(/^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(info.contact.email), "info.contact.email is not an address."),
  UrlNotValid: ({ definition: { info } }) =>
    unless(isHttps(info.contact.url), "info.contact.url must be an https address."),
  ContactName: ({ definition: { info } }) =>
    unless(info.contact.name.trim() !== "", "info.contact.name is empty."),
  HostNameNotValid: ({ definition }) =>
    unless(
      /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$/.test(definition.host),
      `host ${definition.host} must be a name without scheme, port and path.`,
    ),
  BasePathNotValid: ({ definition }) =>
    unless(definition.basePath.startsWith("/"), "basePath must start with a slash."),
  SchemeNotValid: ({ definition }) =>
    unless(definition.schemes.join() === "https", "schemes must be https alone."),
  MimeTypeNotSupported: ({ definition }) =>
    (["consumes", "produces"] as const).flatMap((name) =>
      unless(definition[name].join() === "application/json", `${name} must be application/json.`),
    ),
  ConnectorMetadataPropertiesMissing: ({ definition }) => {
    const metadata = definition["x-ms-connector-metadata"];
    const names = metadata.map(({ propertyName }) => propertyName).join();
    return [
      ...unless(names === "Website,Privacy policy,Categories", `x-ms-connector-metadata has ${names}.`),
      ...metadata
        .slice(0, 2)
        .flatMap(({ propertyName, propertyValue }) =>
          unless(isHttps(propertyValue), `${propertyName} must be an https address.`),
        ),
    ];
  },
  InvalidConnectorCategory: ({ definition }) =>
    chosenCategories(definition)
      .filter((category) => !categories.includes(category))
      .map((category) => `${category} is not a category.`),
  TooManyConnectorCategories: ({ definition }) => {
    const chosen = chosenCategories(definition);
    return unless(chosen.length <= 2 && repeated(chosen).length === 0, "at most two categories, each once.");
  },
  FileTooLarge: ({ definitionBytes }) =>
    unless(
      definitionBytes < maxBytes,
      `the file has ${definitionBytes} bytes, at most ${maxBytes} are taken.`,
    ),
  TestConnectionOperation: ({ definition }) => {
    const { operationId } = definition["x-ms-capabilities"].testConnection;
    const test = operationsOf(definition).find(({ operation }) => operation.operationId === operationId);
    return unless(
      test?.method === "get" && test.operation.parameters.length === 0,
      `testConnection must name a GET without parameters, not ${operationId}.`,
    );
  },
  SecurityRequirementMustBeDefined: ({ definition }) =>
    definition.security
      .flatMap((requirement) => Object.keys(requirement))
      .filter((name) => !Object.hasOwn(definition.securityDefinitions, name))
      .map((name) => `security names ${name}, which is not defined.`),
  SecurityRequirementMustHaveEmptyValue: ({ definition }) =>
    definition.security
      .flatMap((requirement) => Object.entries(requirement))
      .filter(([, scopes]) => scopes.length > 0)
      .map(([name]) => `security gives scopes to ${name}.`),
  FunctionKeyInHeader: ({ definition }) => {
    const schemes = Object.values(definition.securityDefinitions);
    const [scheme] = schemes;
    return unless(
      schemes.length === 1 &&
        definition.security.length === 1 &&
        scheme?.type === "apiKey" &&
        scheme.in === "header" &&
        scheme.name === "x-functions-key",
      "the one way to sign in must be an apiKey in the header x-functions-key.",
    );
  },
  ValueMustBeInEnglish: ({ definition }) => {
    const odd = /[^\x20-\x7e]/.exec(JSON.stringify(definition));
    return unless(!odd, `the character ${odd?.[0]} is not one of plain English text.`);
  },
};

function chosenCategories(definition: {
  "x-ms-connector-metadata": { propertyName: string; propertyValue: string }[];
}) {
  const entry = definition["x-ms-connector-metadata"].find(
    ({ propertyName }) => propertyName === "Categories",
  );
  return entry ? entry.propertyValue.split(";") : [];
}
