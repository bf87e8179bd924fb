import * as Type from "typebox";
import { isObject } from "../json.ts";
import { flag, integer, list, text, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { type Adjust, unusable } from "./client.ts";
import {
  type DeepLinkInput,
  deepLinkFields,
  deepLinkLimit,
  deepLinkProblems,
  deepLinkResult,
  madeLink,
  toDeepLink,
} from "./deep-link.ts";
import { withHints } from "./hints.ts";
import { adjustOperation } from "./operation.ts";
import { refuseProblems } from "./problems.ts";

/** Adjust says nothing of the most items of a call. As many as one second's rate allows singly are surely meant. */
const maxLinks = 200;

const unknown =
  "A deep link that was made and not answered does no harm. Sending the call again makes another one.";

export const createAdjustDeepLink = adjustOperation({
  id: "CreateAdjustDeepLink",
  summary: "Create an Adjust deep link",
  description: "Creates a deep link, long or short. Every call makes another short link.",
  method: "POST",
  route: "adjust/deep-links",
  input: deepLinkFields,
  output: Type.Object(
    { ...deepLinkResult, url: words("URL", "Address of the deep link.") },
    { title: "Adjust deep link" },
  ),
  check: (link) => refuseProblems(deepLinkProblems(link)),
  run: (link, adjust) => withHints(createOne(adjust, link), { unknown }),
});

export const createAdjustDeepLinks = adjustOperation({
  id: "CreateAdjustDeepLinks",
  summary: "Create Adjust deep links",
  description: "Creates up to 200 deep links in one call, and answers a row for each, in the same order.",
  method: "POST",
  route: "adjust/deep-links/bulk",
  input: {
    links: list(
      "Links",
      "The deep links to create.",
      Type.Object(deepLinkFields, { title: "Adjust deep link to create", additionalProperties: false }),
      { minItems: 1, maxItems: maxLinks },
    ),
  },
  output: Type.Object({
    value: list(
      "Links",
      "One row for each deep link, in the order of the call.",
      Type.Object(
        {
          ok: flag("OK", "Whether Adjust made the deep link."),
          details: Type.Optional(words("Details", "What Adjust says of a deep link that it did not make.")),
          ...deepLinkResult,
          ...deepLinkFields,
        },
        { title: "Created Adjust deep link" },
      ),
    ),
    hasFailures: flag("Has failures", "Whether Adjust did not make one of the deep links."),
    successCount: integer("Successes", "Number of rows that are OK."),
    failureCount: integer("Failures", "Number of rows that are not."),
  }),
  check: ({ links }) =>
    refuseProblems(links.flatMap((link, index) => deepLinkProblems(link, `links[${index}].`))),
  async run({ links }, adjust) {
    const value = await withHints(createMany(adjust, links), { unknown });
    const successCount = value.filter(({ ok }) => ok).length;
    const failureCount = value.length - successCount;
    return { value, hasFailures: failureCount > 0, successCount, failureCount };
  },
});

export const updateAdjustDeepLink = adjustOperation({
  id: "UpdateAdjustDeepLink",
  summary: "Update an Adjust deep link",
  description: "Repoints a short link: what is sent takes the place of what the link was made of.",
  method: "PUT",
  route: "adjust/deep-links/short/{shortToken}",
  input: {
    shortToken: text("Short token", "Last part of the short link, such as fryYl.", {
      pattern: "^[A-Za-z0-9_-]{1,64}$",
      form: "the last part of a short link, such as fryYl",
      visibility: "important",
    }),
    ...deepLinkFields,
  },
  output: Type.Object(
    { shortToken: words("Short token", "Last part of the short link.") },
    { title: "Updated Adjust deep link" },
  ),
  check: (link) => refuseProblems(deepLinkProblems(link)),
  async run({ shortToken, ...link }, adjust) {
    await adjust.call({
      method: "PUT",
      path: path`/engage/deep-links/${shortToken}`,
      json: toDeepLink(link),
      limit: deepLinkLimit,
      // It replaces the whole link, so that a second time changes nothing.
      idempotent: true,
    });
    return { shortToken };
  },
});

async function createOne(adjust: Adjust, link: DeepLinkInput) {
  const { body } = await adjust.call({
    method: "POST",
    path: path`/engage/deep-links`,
    json: toDeepLink(link),
    limit: deepLinkLimit,
  });
  const made = isObject(body) ? madeLink(body.url, link) : undefined;
  return made ?? unusable("It holds no address.", "POST");
}

/** One row a link. @throws RelayError `outcome_unknown` when the rows cannot be told to be those of the links. */
async function createMany(adjust: Adjust, links: readonly DeepLinkInput[]) {
  const { body } = await adjust.call({
    method: "POST",
    path: path`/engage/deep-links/bulk`,
    json: { data: links.map(toDeepLink) },
    limit: deepLinkLimit,
  });
  const rows = isObject(body) ? body.data : undefined;
  if (!Array.isArray(rows)) return unusable("It has no list of deep links.", "POST");
  if (rows.length !== links.length) {
    return unusable(`It has ${rows.length} deep links, and ${links.length} were sent.`, "POST");
  }
  return links.map((link, index) => {
    const row: unknown = rows[index];
    const said = isObject(row) ? row : {};
    const made = madeLink(said.url, link);
    if (made) return { ok: true, ...made, ...link };
    const details = [said.error, said.message, said.detail].find((text) => typeof text === "string");
    const reason = adjust.credential.redact(String(details ?? "It was answered without an address."));
    return { ok: false, details: reason, ...link };
  });
}
