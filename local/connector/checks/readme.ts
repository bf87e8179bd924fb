import { operationsOf } from "../swagger.ts";
import { type Rules, repeated, unless } from "./check.ts";

/** Headings of Microsoft's template for the README of a connector, in its order. */
const headings = [
  "Publisher",
  "Prerequisites",
  "Supported Operations",
  "Obtaining Credentials",
  "Getting Started",
  "Known Issues and Limitations",
  "Frequently Asked Questions",
  "Deployment Instructions",
];

/** The page that comes with the connector. */
export const readmeRules: Rules = {
  ReadmeTitle: ({ definition, readme }) =>
    unless(
      readme.startsWith(`# ${definition.info.title}\n\n`),
      "the page must start with the title of the connector.",
    ),
  ReadmeHeadings: ({ readme }) => {
    const found = [...readme.matchAll(/^## ([^:\n]+)/gm)].map(([, heading = ""]) => heading);
    return unless(found.join() === headings.join(), `the headings are ${found.join(", ")}.`);
  },
  ReadmeSectionsHaveText: ({ readme }) =>
    readme
      .split(/^## /m)
      .slice(1)
      .filter((section) => section.split("\n").slice(1).join("").trim() === "")
      .map((section) => `${section.split("\n")[0]} is empty.`),
  ReadmeOperations: ({ definition, readme }) => {
    const section = /^## Supported Operations\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
    return operationsOf(definition)
      .filter(({ operation }) => operation["x-ms-visibility"] !== "internal")
      .flatMap(({ operation }) => {
        const own = section.split(`### ${operation.summary}\n`)[1]?.split("\n### ")[0] ?? "";
        return [
          ...unless(own.includes(`\`${operation.operationId}\``), `${operation.operationId} has no heading.`),
          ...unless(/^\| --- \|/m.test(own), `${operation.operationId} has no table.`),
        ];
      });
  },
  ReadmeErrorCodes: ({ errorCodes, readme }) => {
    const faq = /^## Frequently Asked Questions\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
    const listed = [...faq.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code = ""]) => code);
    return [
      ...errorCodes.filter((code) => !listed.includes(code)).map((code) => `${code} is not answered.`),
      ...listed.filter((code) => !errorCodes.includes(code)).map((code) => `${code} is not a code.`),
      ...repeated(listed).map((code) => `${code} is answered twice.`),
    ];
  },
  ReadmeSaysWhatIsUntried: ({ readme }) => {
    const section = /^## Known Issues and Limitations\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? "";
    return unless(/not tried/i.test(section), "what was not tried must be said.");
  },
};
