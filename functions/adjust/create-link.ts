import { RelayError } from "../errors.ts";
import { path } from "../upstream/path.ts";
import { campaignAll, linksPath, writeLink } from "./campaign.ts";
import { type Adjust, unusable } from "./client.ts";
import { withHints } from "./hints.ts";
import { type AdjustLinkRow, toLink } from "./link.ts";

/** The link that is wanted, in our spelling. */
export interface WantedLink {
  appToken: string;
  name: string;
  parentToken?: string;
}

/**
 * The link with this name, created only when it is not there. Adjust lets several links have one name, so it is looked
 * for first; two callers at the same moment can still both find nothing and both create.
 *
 * The POST is never sent again once it may have arrived.
 *
 * @throws RelayError `rejected` when several links have the name already, `outcome_unknown` when the answer is lost.
 */
export async function createLinkOnce(
  adjust: Adjust,
  { appToken, name, parentToken }: WantedLink,
): Promise<AdjustLinkRow & { created: boolean }> {
  const present = (await campaignAll(adjust, linksPath(appToken, parentToken)))
    .map(toLink)
    .filter((link) => link.name === name);
  const [known, ...others] = present;
  if (known && others.length > 0) throw ambiguous(name, present);
  if (known) return { ...known, created: false };
  const written = await withHints(create(adjust, { appToken, name, parentToken }), {
    unknown: "Run the action again: it looks first, and finds the link if it was created.",
  });
  return { ...written, created: true };
}

async function create(
  adjust: Adjust,
  { appToken, name, parentToken }: { appToken: string; name: string; parentToken: string | undefined },
): Promise<AdjustLinkRow> {
  const written = await writeLink(adjust, {
    method: "POST",
    path: path`/public/v2/apps/${appToken}/trackers`,
    json: { name, ...(parentToken !== undefined && { parent_token: parentToken }) },
  });
  return written ? toLink(written) : unusable("It holds no link.", "POST");
}

function ambiguous(name: string, links: readonly AdjustLinkRow[]): RelayError {
  const tokens = links.map((link) => link.linkToken ?? "unknown").join(", ");
  return new RelayError("rejected", {
    message: `${links.length} links are named ${JSON.stringify(name)} here: ${tokens}. Nothing was created.`,
    hint: "Use one of these tokens, or another name.",
    details: [{ field: "name", message: `is the name of ${tokens}.` }],
    status: 409,
  });
}
