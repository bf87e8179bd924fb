import assert from "node:assert/strict";
import { PNG } from "pngjs";
import type { Connector } from "../../local/connector/checks/check.ts";
import type { ConnectionParameter, Policy } from "../../local/connector/properties.ts";

/** What breaks each rule about the properties, the README and the icon. */
export const brokenFiles: Readonly<Record<string, (connector: Connector) => void>> = {
  "BrandColour default": ({ properties }) => {
    properties.properties.iconBrandColor = "#007EE5";
  },
  "BrandColour white": ({ properties }) => {
    properties.properties.iconBrandColor = "#ffffff";
  },
  "BrandColour name": ({ properties }) => {
    properties.properties.iconBrandColor = "indigo";
  },
  PublisherAndStackOwner: ({ properties }) => {
    properties.properties.stackOwner = " ";
  },
  Capabilities: ({ properties }) => {
    properties.properties.capabilities = ["actions", "triggers"];
  },
  FunctionKeyIsAsked: ({ properties }) => {
    delete properties.properties.connectionParameters.api_key;
  },
  "SecretsAreSecure type": (connector) => {
    asked(connector, "api_key").type = "string";
  },
  "SecretsAreSecure clear": (connector) => {
    asked(connector, "api_key").uiDefinition.constraints.clearText = true;
  },
  "ConnectionParametersAreLabelled tooltip": (connector) => {
    asked(connector, "host").uiDefinition.tooltip = "";
  },
  "ConnectionParametersAreLabelled description": (connector) => {
    asked(connector, "host").uiDefinition.description = "the host";
  },
  "ConnectionParametersAreLabelled optional": (connector) => {
    asked(connector, "host").uiDefinition.constraints.required = "false";
  },
  TabOrder: (connector) => {
    asked(connector, "host").uiDefinition.constraints.tabIndex = asked(
      connector,
      "api_key",
    ).uiDefinition.constraints.tabIndex;
  },
  PolicyTemplateIsKnown: (connector) => {
    policy(connector, "updatenextlink").templateId = "setheader";
  },
  PolicyOperationsExist: (connector) => {
    policy(connector, "updatenextlink").parameters["x-ms-apimTemplate-operationName"] = ["ListEverything"];
  },
  "NextLinkPolicyForPages operation": (connector) => {
    policy(connector, "updatenextlink").parameters["x-ms-apimTemplate-operationName"] = ["ListApps"];
  },
  "NextLinkPolicyForPages property": (connector) => {
    policy(connector, "updatenextlink").parameters["x-ms-apimTemplateParameter.nextLinkPropertyName"] =
      "next";
  },
  "NextLinkPolicyForPages none": ({ properties }) => {
    properties.properties.policyTemplateInstances?.pop();
  },
  "HostPolicy scheme": (connector) => {
    policy(connector, "dynamichosturl").parameters["x-ms-apimTemplateParameter.urlTemplate"] =
      "http://@connectionParameters('host')";
  },
  "HostPolicy real": ({ definition }) => {
    definition.host = "my-relay.azurewebsites.net";
  },
  "HostPolicy unasked": ({ properties }) => {
    delete properties.properties.connectionParameters.host;
  },
  ReadmeTitle: (connector) => {
    connector.readme = connector.readme.replace("# App Store Relay", "# Relay");
  },
  "ReadmeHeadings missing": (connector) => {
    connector.readme = connector.readme.replace("## Getting Started", "### Getting Started");
  },
  "ReadmeHeadings more": (connector) => {
    connector.readme += "\n## Appendix\n\nMore.\n";
  },
  ReadmeSectionsHaveText: (connector) => {
    connector.readme = connector.readme.replace(
      /^## Prerequisites\n[\s\S]*?^## /m,
      "## Prerequisites\n\n## ",
    );
  },
  "ReadmeOperations heading": (connector) => {
    connector.readme = connector.readme.replace("### List apps\n", "### Apps\n");
  },
  "ReadmeOperations table": (connector) => {
    connector.readme = connector.readme.replace(
      /(### Get an app\n[\s\S]*?)\n### /,
      "### Get an app\n\n`GetApp`\n\n### ",
    );
  },
  "ReadmeErrorCodes unanswered": (connector) => {
    connector.errorCodes = [...connector.errorCodes, "unheard_of"];
  },
  "ReadmeErrorCodes unknown": (connector) => {
    connector.errorCodes = connector.errorCodes.filter((code) => code !== "rejected");
  },
  "ReadmeErrorCodes twice": (connector) => {
    connector.readme = connector.readme.replace(/^(\| `not_found` .*\n)/m, "$1$1");
  },
  ReadmeSaysWhatIsUntried: (connector) => {
    connector.readme = connector.readme.replaceAll(/not tried/gi, "tried");
  },
  IconIsPng: (connector) => {
    connector.icon = connector.icon.subarray(0, 100);
  },
  IconSize: (connector) => {
    connector.icon = PNG.sync.write(new PNG({ width: 100, height: 230 }));
  },
  "IconBackground colour": ({ properties }) => {
    properties.properties.iconBrandColor = "#123456";
  },
  "IconBackground transparent": (connector) => {
    const icon = PNG.sync.read(connector.icon);
    icon.data[3] = 0;
    connector.icon = PNG.sync.write(icon);
  },
  IconHasMark: (connector) => {
    const icon = PNG.sync.read(connector.icon);
    const background = icon.data.subarray(0, 4);
    for (let at = 0; at < icon.data.length; at += 4) background.copy(icon.data, at);
    connector.icon = PNG.sync.write(icon);
  },
};

function asked({ properties }: Connector, name: string): ConnectionParameter {
  const found = properties.properties.connectionParameters[name];
  assert.ok(found, `the connection asks for ${name}`);
  return found;
}

function policy({ properties }: Connector, templateId: string): Policy {
  const found = properties.properties.policyTemplateInstances?.find((item) => item.templateId === templateId);
  assert.ok(found, `${templateId} is there`);
  return found;
}
