import type { Operation } from "../../functions/operation.ts";
import { typedOperations } from "./definition.ts";
import { facts } from "./facts.ts";

/** A field of the form in which a maker creates a connection. */
export interface ConnectionParameter {
  type: string;
  uiDefinition: {
    displayName: string;
    description: string;
    tooltip: string;
    constraints: { tabIndex: number; clearText: boolean; required: "true" | "false" };
  };
}

/** A policy that the gateway applies to the connector's calls. */
export interface Policy {
  templateId: string;
  title: string;
  parameters: Record<string, string | string[]>;
}

/** The content of apiProperties.json. */
export interface ApiProperties {
  properties: {
    connectionParameters: Record<string, ConnectionParameter>;
    iconBrandColor: string;
    capabilities: string[];
    policyTemplateInstances?: Policy[];
    publisher: string;
    stackOwner: string;
  };
}

/**
 * The connector's properties: what a connection asks for, and the policies that go with it.
 *
 * @param fixedHost the definition has the real host: no host is asked for, and nothing has to be rewritten.
 */
export function apiProperties(
  catalogue: readonly Operation[],
  { fixedHost = false }: { fixedHost?: boolean } = {},
): ApiProperties {
  const host: ConnectionParameter = {
    type: "string",
    uiDefinition: {
      displayName: "Host name",
      description: "The host name of your function app, without https:// and without a path.",
      tooltip: "Such as my-relay.azurewebsites.net",
      constraints: { tabIndex: 2, clearText: true, required: "true" },
    },
  };
  const key: ConnectionParameter = {
    type: "securestring",
    uiDefinition: {
      displayName: "Function key",
      description: "A function key of your function app.",
      tooltip: "In the Azure portal: your function app, then App keys",
      constraints: { tabIndex: 3, clearText: false, required: "true" },
    },
  };
  const pageable = typedOperations(catalogue)
    .filter((operation) => operation.pageable)
    .map(({ id }) => id);
  return {
    properties: {
      connectionParameters: { ...(!fixedHost && { host }), api_key: key },
      iconBrandColor: facts.brandColor,
      capabilities: ["actions"],
      ...(!fixedHost && {
        policyTemplateInstances: [
          {
            templateId: "dynamichosturl",
            title: "Call the host of the connection",
            parameters: { "x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('host')" },
          },
          {
            templateId: "updatenextlink",
            title: "Follow the next page through the connection",
            parameters: {
              "x-ms-apimTemplateParameter.nextLinkPropertyName": "nextLink",
              "x-ms-apimTemplate-operationName": pageable,
            },
          },
        ],
      }),
      publisher: facts.publisher,
      stackOwner: facts.stackOwner,
    },
  };
}
