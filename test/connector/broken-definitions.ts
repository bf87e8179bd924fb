import assert from "node:assert/strict";
import type { Connector } from "../../local/connector/checks/check.ts";
import {
  type Definition,
  type DynamicList,
  type DynamicProperties,
  type DynamicSchema,
  type DynamicValues,
  type PathItem,
  resolveSchema,
  type Schema,
} from "../../local/connector/swagger.ts";
import { field, operationNamed, ownParameter, sharedParameter, sharedSchema } from "./support.ts";

/** What breaks each rule about the definition. The word after the name of the rule tells several cases apart. */
export const brokenDefinitions: Readonly<Record<string, (connector: Connector) => void>> = {
  // What the definition says of itself.
  SpecificationVersionIncorrect: ({ definition }) => {
    definition.swagger = "3.0";
  },
  TopMembersInOrder: (connector) => {
    const { host, ...rest } = connector.definition;
    connector.definition = { ...rest, host };
  },
  "TitleForm long": ({ definition }) => {
    definition.info.title = "App Store Relay for All of Your Apps";
  },
  "TitleForm end": ({ definition }) => {
    definition.info.title = "App Store Relay!";
  },
  ValueContainsRestrictedWords: ({ definition }) => {
    definition.info.title = "App Store Connector";
  },
  "FieldLengthNotInRange short": ({ definition }) => {
    definition.info.description = "Too short to say a thing.";
  },
  "FieldLengthNotInRange long": ({ definition }) => {
    definition.info.description = `${"Too long. ".repeat(60)}End.`;
  },
  "FieldLengthNotInRange sentence": ({ definition }) => {
    definition.info.description = definition.info.description.replace(/\.$/, "");
  },
  ContactEmailNotValid: ({ definition }) => {
    definition.info.contact.email = "somebody";
  },
  UrlNotValid: ({ definition }) => {
    definition.info.contact.url = "example.com";
  },
  ContactName: ({ definition }) => {
    definition.info.contact.name = "";
  },
  "HostNameNotValid scheme": ({ definition }) => {
    definition.host = "https://relay.example.com";
  },
  "HostNameNotValid path": ({ definition }) => {
    definition.host = "relay.example.com/api";
  },
  BasePathNotValid: ({ definition }) => {
    definition.basePath = "api";
  },
  SchemeNotValid: ({ definition }) => {
    definition.schemes = ["http", "https"];
  },
  MimeTypeNotSupported: ({ definition }) => {
    definition.produces = ["text/csv"];
  },
  "ConnectorMetadataPropertiesMissing one": ({ definition }) => {
    definition["x-ms-connector-metadata"].splice(1, 1);
  },
  "ConnectorMetadataPropertiesMissing address": ({ definition }) => {
    const [website] = definition["x-ms-connector-metadata"];
    assert.ok(website);
    website.propertyValue = "developer.apple.com";
  },
  InvalidConnectorCategory: ({ definition }) => setCategories(definition, "Commerce;Games"),
  TooManyConnectorCategories: ({ definition }) => setCategories(definition, "Commerce;Marketing;Data"),
  FileTooLarge: (connector) => {
    connector.definitionBytes = 1_000_000;
  },
  "TestConnectionOperation parameters": ({ definition }) => {
    definition["x-ms-capabilities"].testConnection.operationId = "ListApps";
  },
  "TestConnectionOperation method": ({ definition }) => {
    definition["x-ms-capabilities"].testConnection.operationId = "SendAdjustRequest";
  },
  SecurityRequirementMustBeDefined: ({ definition }) => {
    definition.security = [{ entra: [] }];
  },
  SecurityRequirementMustHaveEmptyValue: ({ definition }) => {
    definition.security = [{ function_key: ["read"] }];
  },
  FunctionKeyInHeader: ({ definition }) => {
    const scheme = definition.securityDefinitions.function_key;
    assert.ok(scheme);
    scheme.in = "query";
  },
  ValueMustBeInEnglish: ({ definition }) => {
    operationNamed(definition, "GetApp").summary = "アプリを取得";
  },

  // Operations.
  TotalOperationsCountExceedsMaxAllowed: ({ definition }) => {
    for (let index = 0; index < 250; index += 1) {
      addPath(definition, `/api/more/${index}`, `More${index}`);
    }
  },
  OperationIdNotUnique: ({ definition }) => addPath(definition, "/api/other", "GETAPP"),
  "OperationIdSanitized hyphen": ({ definition }) => {
    operationNamed(definition, "GetApp").operationId = "Get-App";
  },
  "OperationIdSanitized small": ({ definition }) => {
    operationNamed(definition, "GetApp").operationId = "getApp";
  },
  OperationSummaryTooLong: ({ definition }) => {
    operationNamed(definition, "GetApp").summary = `Get an app ${"that is long ".repeat(7)}`;
  },
  RestrictedCharactersInSummary: ({ definition }) => {
    operationNamed(definition, "GetApp").summary = "Get an app/product";
  },
  ValueMustEndWithAlphanumeric: ({ definition }) => {
    operationNamed(definition, "GetApp").summary = "Get an app.";
  },
  "SummaryInSentenceCase title": ({ definition }) => {
    operationNamed(definition, "ListTerritories").summary = "List Territories";
  },
  "SummaryInSentenceCase small": ({ definition }) => {
    operationNamed(definition, "ListTerritories").summary = "list territories";
  },
  "DescriptionIsSentence stop": ({ definition }) => {
    operationNamed(definition, "GetApp").description = "Gets one app by its Apple ID";
  },
  "DescriptionIsSentence same": ({ definition }) => {
    operationNamed(definition, "GetApp").description = "Get an app.";
  },
  VisibilityMissing: ({ definition }) => {
    delete operationNamed(definition, "GetApp")["x-ms-visibility"];
  },
  "NoGenericTestOnWrites missing": ({ definition }) => {
    delete operationNamed(definition, "SendAdjustRequest")["x-ms-no-generic-test"];
  },
  "NoGenericTestOnWrites read": ({ definition }) => {
    operationNamed(definition, "GetApp")["x-ms-no-generic-test"] = true;
  },
  OperationHasManyResponsesWithSchema: ({ definition }) => {
    operationNamed(definition, "GetApp").responses[404] = { description: "No.", schema: { type: "object" } };
  },
  SchemaDefinitionSetIncorrectly: ({ definition }) => {
    delete operationNamed(definition, "GetApp").responses[200]?.schema;
  },
  DefaultResponseHasSchema: ({ definition }) => {
    operationNamed(definition, "GetApp").responses.default = {
      description: "No.",
      schema: { type: "object" },
    };
  },
  ResponseMustBeDefaultOrHttpStatusCode: ({ definition }) => {
    operationNamed(definition, "GetApp").responses["4XX"] = { description: "Something is wrong." };
  },
  "ErrorsAreListed missing": ({ definition }) => {
    delete operationNamed(definition, "GetApp").responses[401];
  },
  "ErrorsAreListed words": ({ definition }) => {
    operationNamed(definition, "GetApp").responses[401] = { description: "unauthorized" };
  },
  InvalidNextLinkNameValue: ({ definition }) => {
    operationNamed(definition, "ListApps")["x-ms-pageable"] = { nextLinkName: "next" };
  },
  PageHasValueAndNextLink: ({ definition }) => {
    operationNamed(definition, "GetApp")["x-ms-pageable"] = { nextLinkName: "nextLink" };
  },

  // Paths.
  OperationPathMustStartWithSlash: ({ definition }) => addPath(definition, "api/other", "Other"),
  OperationPathMayNotContainQueryOrFragment: ({ definition }) =>
    addPath(definition, "/api/other?a=b", "Other"),
  OperationPathContainsUnsupportedCharacters: ({ definition }) =>
    addPath(definition, "/api/{*path}", "Other"),
  OperationPathTemplateNotValid: ({ definition }) => addPath(definition, "/api/{a}-{b}", "Other"),
  PathRedefined: ({ definition }) => addPath(definition, "/api/Credentials", "Other"),
  DuplicateOperationPath: ({ definition }) =>
    addPath(definition, "/api/app-store-connect/apps/{id}", "Other"),
  PartialDuplicateOperationPath: ({ definition }) =>
    addPath(definition, "/api/app-store-connect/apps/newest", "Other"),
  OperationMissingPathParameter: ({ definition }) => {
    operationNamed(definition, "GetApp").parameters = [];
  },
  PathParameterNotDefinedInTemplate: ({ definition }) => {
    operationNamed(definition, "ListCredentials").parameters.push({ $ref: "#/parameters/AppId" });
  },
  PathParameterMustBeRequired: ({ definition }) => {
    sharedParameter(definition, "AppId").required = false;
  },
  PathParameterMissingEncoding: ({ definition }) => {
    delete sharedParameter(definition, "AppId")["x-ms-url-encoding"];
  },

  // Parameters.
  BodyOrFormDataParameterInFetchOperationNotAllowed: ({ definition }) => {
    operationNamed(definition, "GetApp").parameters.push({
      name: "body",
      in: "body",
      schema: { type: "object" },
    });
  },
  OperationParametersContainMultipleBodyParameters: ({ definition }) => {
    operationNamed(definition, "SendAdjustRequest").parameters.push({ name: "more", in: "body" });
  },
  OperationParametersContainDuplicateParameter: ({ definition }) => {
    operationNamed(definition, "GetApp").parameters.push({ $ref: "#/parameters/AppId" });
  },
  BodyParameterSchemaRequired: ({ definition }) => {
    delete ownParameter(definition, "SendAdjustRequest", "body").schema;
  },
  BodyParameterPropertyNotValid: ({ definition }) => {
    ownParameter(definition, "SendAdjustRequest", "body").type = "object";
  },
  DynamicExtensionDefinitionNotAllowedInParameter: ({ definition }) => {
    ownParameter(definition, "SendAdjustRequest", "body")["x-ms-dynamic-list"] = listOf(definition, "AppId");
  },
  NonBodyParameterSchemaNotValid: ({ definition }) => {
    ownParameter(definition, "ListApps", "sku").schema = { type: "string" };
  },
  QueryParameterEncodingNotSupported: ({ definition }) => {
    ownParameter(definition, "ListApps", "sku")["x-ms-url-encoding"] = "single";
  },
  ConnectionIdParameterNotAllowed: ({ definition }) => {
    ownParameter(definition, "ListApps", "sku").name = "connectionId";
  },
  "ReservedParameterIsUsed query": ({ definition }) => {
    ownParameter(definition, "ListApps", "sku").name = "code";
  },
  "ReservedParameterIsUsed header": ({ definition }) => {
    Object.assign(ownParameter(definition, "ListApps", "sku"), { name: "Authorization", in: "header" });
  },
  ParameterReferenceNotFound: ({ definition }) => {
    delete definition.parameters.AppId;
  },
  NothingBesideParameterReference: ({ definition }) => {
    const [reference] = operationNamed(definition, "GetApp").parameters;
    assert.ok(reference);
    reference.required = true;
  },
  SharedParameterIsUsed: ({ definition }) => {
    definition.parameters.Spare = structuredClone(sharedParameter(definition, "Limit"));
  },
  RepeatedParameterIsShared: ({ definition }) => {
    const limit = sharedParameter(definition, "Limit");
    for (const id of ["ListApps", "ListTerritories"]) {
      operationNamed(definition, id).parameters.push(structuredClone(limit));
    }
  },
  LookUpWithoutHeaders: ({ definition }) => {
    operationNamed(definition, "LookUpApps").parameters.push({
      name: "x-team",
      in: "header",
      type: "string",
    });
  },

  // Labels.
  "SummaryInTitleCase small": ({ definition }) => {
    sharedParameter(definition, "Limit")["x-ms-summary"] = "Items per page";
  },
  "SummaryInTitleCase none": ({ definition }) => {
    delete field(definition, "App", "name")["x-ms-summary"];
  },
  "DescriptionWithFullStop parameter": ({ definition }) => {
    sharedParameter(definition, "Limit").description = "How many items";
  },
  "DescriptionWithFullStop property": ({ definition }) => {
    delete field(definition, "App", "name").description;
  },
  TypeIsSet: ({ definition }) => {
    delete field(definition, "App", "name").type;
  },
  PropertyMustBeRequired: ({ definition }) => {
    sharedParameter(definition, "Cursor").required = true;
  },
  InternalPropertyWithDefaultOptional: ({ definition }) => {
    sharedParameter(definition, "Limit")["x-ms-visibility"] = "internal";
  },

  // Objects that another operation describes.
  DynamicPropertiesExtensionRequiredForPropertiesValuePath: ({ definition }) => {
    delete reportRow(definition)["x-ms-dynamic-properties"];
  },
  DynamicPropertiesItemValuePathMismatch: ({ definition }) => {
    described(definition).newer.itemValuePath = "row";
  },
  "DescribedExtensionsAgree operation": ({ definition }) => {
    described(definition).newer.operationId = "LookUpAdjustMetrics";
  },
  "DescribedExtensionsAgree parameters": ({ definition }) => {
    delete described(definition).older.parameters;
  },
  "DescriberIsInternalRead visible": ({ definition }) => {
    operationNamed(definition, "DescribeAdjustReport")["x-ms-visibility"] = "important";
  },
  "DescriberIsInternalRead missing": ({ definition }) => {
    described(definition).older.operationId = "DescribeNothing";
  },
  DescriberAnswersSchema: ({ definition }) => {
    const { older, newer } = described(definition);
    older["value-path"] = newer.itemValuePath = "row";
  },
  "DescriberTakesParameters missing": ({ definition }) => {
    delete described(definition).newer.parameters?.metrics;
  },
  "DescriberTakesParameters unknown": ({ definition }) => {
    Object.assign(described(definition).newer.parameters ?? {}, { colour: { value: "blue" } });
  },
  "DescriberTakesParameters reference": ({ definition }) => {
    described(definition).newer.parameters = {
      dimensions: { parameterReference: "body/nothing" },
      metrics: { parameterReference: "body/period" },
    };
  },

  // Dropdowns.
  DynamicListExtensionRequiredForAmbiguousReferences: ({ definition }) => {
    delete sharedParameter(definition, "AppId")["x-ms-dynamic-list"];
  },
  DynamicExtensionsAgree: ({ definition }) => {
    listOf(definition, "AppId").itemTitlePath = "name";
  },
  OperationIdNotFound: ({ definition }) => {
    valuesOf(definition, "AppId").operationId = "LookUpNothing";
  },
  "LookUpIsInternalRead visible": ({ definition }) => {
    operationNamed(definition, "LookUpApps")["x-ms-visibility"] = "important";
  },
  OperationParameterNameNotFound: ({ definition }) => {
    valuesOf(definition, "AppId").parameters = { team: { parameter: "credential" } };
  },
  OperationMissingRequiredProperty: ({ definition }) => {
    ownParameter(definition, "LookUpCredentials", "kinds").required = true;
    delete valuesOf(definition, "AdjustCredential").parameters;
  },
  "ParameterReferenceExists list": ({ definition }) => {
    listOf(definition, "AppId").parameters = { credential: { parameterReference: "team" } };
  },
  "ParameterReferenceExists body": ({ definition }) => {
    listOf(definition, "AppId").parameters = { credential: { parameterReference: "body/credential" } };
  },
  OperationParameterNameIsAmbiguous: ({ definition }) => {
    const fields = sharedSchema(definition, "SendAppStoreConnectRequestBody").properties ?? {};
    const app = structuredClone(sharedParameter(definition, "AppId"));
    Object.assign(fields, { credential: { type: "string" }, app });
  },
  SourcePropertyInternal: ({ definition }) => {
    sharedParameter(definition, "AppStoreConnectCredential")["x-ms-visibility"] = "internal";
  },
  OperationParameterTypeMismatch: ({ definition }) => {
    operationNamed(definition, "LookUpApps").parameters = [
      { name: "credential", in: "query", type: "integer" },
    ];
  },
  OperationParameterRequiredMismatch: ({ definition }) => {
    operationNamed(definition, "LookUpApps").parameters = [
      { name: "credential", in: "query", type: "string", required: true },
    ];
  },
  OperationParameterStaticTypeMismatch: ({ definition }) => {
    ownParameter(definition, "LookUpCredentials", "kinds").type = "integer";
  },
  InvokedOperationShouldProduceArray: ({ definition }) => {
    valuesOf(definition, "AppId")["value-collection"] = "items";
  },
  InvokedOperationShouldProduceProperty: ({ definition }) => {
    valuesOf(definition, "AppId")["value-title"] = "name";
  },

  // Schemas.
  SchemaReferenceNotFound: ({ definition }) => {
    delete definition.definitions.App;
  },
  AdditionalPropertyNotAllowedAdjacentToRef: ({ definition }) => {
    const schema = operationNamed(definition, "GetApp").responses[200]?.schema;
    assert.ok(schema?.$ref);
    schema.description = "An app.";
  },
  SchemaRefLoopNotAllowed: ({ definition }) => {
    Object.assign(sharedSchema(definition, "App").properties ?? {}, {
      parent: { $ref: "#/definitions/App" },
    });
  },
  DefinitionIsUsed: ({ definition }) => {
    definition.definitions.Spare = { type: "object" };
  },
  RepeatedSchemaIsShared: ({ definition }) => {
    const schema = operationNamed(definition, "GetApp").responses[200];
    assert.ok(schema);
    schema.schema = structuredClone(sharedSchema(definition, "App"));
  },
  "UnrecognizedTypeFormat type": ({ definition }) => {
    field(definition, "App", "name").type = "text";
  },
  "UnrecognizedTypeFormat format": ({ definition }) => {
    field(definition, "App", "name").format = "int32";
  },
  "ArrayHasNoItems none": ({ definition }) => {
    delete field(definition, "Credential", "bundleIds").items;
  },
  "ArrayHasNoItems text": ({ definition }) => {
    field(definition, "App", "name").items = { type: "string" };
  },
  RequiredPropertyDefinitionMissing: ({ definition }) => {
    sharedSchema(definition, "App").required?.push("title");
  },
  RequiredPropertyNotOnObject: ({ definition }) => {
    field(definition, "App", "name").required = ["id"];
  },
  RequiredPropertyArrayEmpty: ({ definition }) => {
    sharedSchema(definition, "App").required = [];
  },
  PropertiesOnlyOnObject: ({ definition }) => {
    sharedSchema(definition, "App").type = "string";
  },
  PropertyNamesArePlain: ({ definition }) => {
    Object.assign(sharedSchema(definition, "App").properties ?? {}, { "bundle id": { type: "string" } });
  },
  "SchemaTooDeep list": ({ definition }) => {
    const name = field(definition, "App", "name");
    name.type = "array";
    name.items = Array.from({ length: 12 }).reduce<object>((items) => ({ type: "array", items }), {
      type: "string",
    });
  },
  BodySchemaCountExceedsMaxAllowed: ({ definition }) => {
    const fields = Array.from({ length: 513 }, (_, index) => [`field${index}`, { type: "string" }]);
    Object.assign(sharedSchema(definition, "App").properties ?? {}, Object.fromEntries(fields));
  },

  // Values.
  EnumMustContainAtLeastOneElement: ({ definition }) => {
    ownParameter(definition, "FindAdjustApp", "platform").enum = [];
  },
  ArrayDuplicateValue: ({ definition }) => {
    ownParameter(definition, "FindAdjustApp", "platform").enum?.push("ios");
  },
  InvalidEnumValue: ({ definition }) => {
    ownParameter(definition, "FindAdjustApp", "platform").type = "integer";
  },
  InvalidEnumValuesExtensionValue: ({ definition }) => {
    ownParameter(definition, "FindAdjustApp", "platform").enum = ["ios"];
  },
  MissingEnumValuesDisplayName: ({ definition }) => {
    const platform = ownParameter(definition, "FindAdjustApp", "platform");
    platform["x-ms-enum-values"] = [{ value: "ios", displayName: "" }];
  },
  DuplicateEnumValuesInExtension: ({ definition }) => {
    const platform = ownParameter(definition, "FindAdjustApp", "platform");
    for (const title of platform["x-ms-enum-values"] ?? []) title.displayName = "Mobile";
  },
  EnumValuesAreReadable: ({ definition }) => {
    const platform = ownParameter(definition, "FindAdjustApp", "platform");
    delete platform["x-ms-enum-values"];
    platform.enum = ["ios_app"];
  },
  DefaultValueMustMatchType: ({ definition }) => {
    sharedParameter(definition, "Limit").default = "50";
  },
  "DefaultIsAllowed bound": ({ definition }) => {
    sharedParameter(definition, "Limit").default = 500;
  },
  "DefaultIsAllowed enum": ({ definition }) => {
    ownParameter(definition, "FindAdjustApp", "platform").default = "windows";
  },
  "DefaultIsAllowed pattern": ({ definition }) => {
    ownParameter(definition, "ListAdjustLinks", "parentToken").default = "not one";
  },
  MinimumShouldBeLessThanOrEqualToMaximum: ({ definition }) => {
    sharedParameter(definition, "Limit").minimum = 500;
  },
  LengthsMustBeGreaterThanOrEqualToZero: ({ definition }) => {
    sharedParameter(definition, "AppId").minLength = -1;
  },
  PatternShouldBeValidRegularExpression: ({ definition }) => {
    sharedParameter(definition, "AppId").pattern = "[";
  },
};

function setCategories(definition: Definition, value: string): void {
  const entry = definition["x-ms-connector-metadata"][2];
  assert.equal(entry?.propertyName, "Categories");
  if (entry) entry.propertyValue = value;
}

/** Adds a path with one operation that is whole but for what the test is about. */
function addPath(definition: Definition, path: string, operationId: string): void {
  const get = { ...structuredClone(operationNamed(definition, "TestConnection")), operationId };
  const item: PathItem = { get };
  definition.paths[path] = item;
}

function valuesOf(definition: Definition, parameter: string): DynamicValues {
  const values = sharedParameter(definition, parameter)["x-ms-dynamic-values"];
  assert.ok(values, `${parameter} has a dropdown`);
  return values;
}

function listOf(definition: Definition, parameter: string): DynamicList {
  const list = sharedParameter(definition, parameter)["x-ms-dynamic-list"];
  assert.ok(list, `${parameter} has a dropdown`);
  return list;
}

/** A row of a report, whose members another operation describes. */
function reportRow(definition: Definition): Schema {
  const answer = operationNamed(definition, "GetAdjustReport").responses[200]?.schema;
  const row = (answer && resolveSchema(definition, answer))?.properties?.value?.items;
  assert.ok(row, "GetAdjustReport answers rows");
  return row;
}

function described(definition: Definition): { older: DynamicSchema; newer: DynamicProperties } {
  const row = reportRow(definition);
  const older = row["x-ms-dynamic-schema"];
  const newer = row["x-ms-dynamic-properties"];
  assert.ok(older && newer, "the row is described");
  return { older, newer };
}
