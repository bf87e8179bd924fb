import * as Type from "typebox";
import { invalidInput } from "../errors.ts";
import { adjustAppToken } from "../fields.ts";
import { flag, text } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { writeLink } from "./campaign.ts";
import { createLinkOnce } from "./create-link.ts";
import { AdjustLink, linkToken, toLink } from "./link.ts";
import { oneLine } from "./names.ts";
import { adjustOperation } from "./operation.ts";

export const createAdjustLink = adjustOperation({
  id: "CreateAdjustLink",
  summary: "Create an Adjust link",
  description:
    "Creates a link of an app, or below another link. When a link with exactly this name is there already, it is answered and nothing is created.",
  method: "POST",
  route: "adjust/apps/{appToken}/links",
  input: {
    appToken: adjustAppToken,
    name: text("Name", "Name of the link, such as SpringCampaign.", {
      ...oneLine,
      visibility: "important",
    }),
    parentToken: Type.Optional(
      linkToken(
        "Parent token",
        "Token of the link to create this one below. Leave it empty for the top level.",
      ),
    ),
  },
  output: Type.Object(
    {
      created: flag("Created", "Whether the link was created now. Otherwise it was there already."),
      ...AdjustLink.properties,
    },
    { title: "Created Adjust link" },
  ),
  run: (wanted, adjust) => createLinkOnce(adjust, wanted),
});

export const updateAdjustLink = adjustOperation({
  id: "UpdateAdjustLink",
  summary: "Update an Adjust link",
  description:
    "Sets the partner of a link, or whether the partner sends cost data. What is left empty stays.",
  method: "PATCH",
  route: "adjust/apps/{appToken}/links/{linkToken}",
  input: {
    appToken: adjustAppToken,
    linkToken: linkToken("Link token", "Token of the link, such as abc123."),
    partnerId: Type.Optional(
      text("Partner ID", "ID of the partner that the link is to belong to, such as 174.", {
        pattern: "^[1-9]\\d{0,8}$",
        form: "the number of a partner, such as 174",
        options: { operationId: "LookUpAdjustPartners", parameters: { credential: "credential" } },
      }),
    ),
    costDataEnabled: Type.Optional(
      flag("Cost data enabled", "Whether the partner is to send cost data for the link."),
    ),
  },
  output: AdjustLink,
  check({ partnerId, costDataEnabled }) {
    if (partnerId === undefined && costDataEnabled === undefined) {
      throw invalidInput([
        {
          field: "partnerId",
          message: "or costDataEnabled is required: there is nothing to change otherwise.",
        },
      ]);
    }
  },
  async run({ appToken, linkToken, partnerId, costDataEnabled }, adjust) {
    const written = await writeLink(adjust, {
      method: "PATCH",
      path: path`/public/v2/apps/${appToken}/trackers/${linkToken}`,
      json: {
        ...(partnerId !== undefined && { partner_id: Number(partnerId) }),
        ...(costDataEnabled !== undefined && { cost_data_enabled: costDataEnabled }),
      },
      // It sets what is sent, so that a second time changes nothing.
      idempotent: true,
    });
    // What was set is known, whatever the answer shows.
    return toLink({ token: linkToken, partnerId, costDataEnabled, ...written });
  },
});
