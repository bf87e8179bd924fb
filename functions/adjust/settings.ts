import * as Type from "typebox";
import { conform } from "../conform.ts";
import { adjustAppToken } from "../fields.ts";
import { isObject } from "../json.ts";
import { anything, flag, integer, list, text, words } from "../schema.ts";
import { path } from "../upstream/path.ts";
import { withoutSecrets } from "./channel-setup.ts";
import { camelCase } from "./field-names.ts";
import { adjustOperation } from "./operation.ts";

const optionalFlag = (summary: string, description: string) => Type.Optional(flag(summary, description));

const AppInfo = Type.Object(
  {
    id: Type.Optional(words("ID", "Number of the app at Adjust.")),
    name: Type.Optional(words("Name", "Name of the app at Adjust.")),
    appToken: Type.Optional(words("App token", "Adjust app token.")),
    defaultPlatform: Type.Optional(words("Default platform", "Platform of the app, ios or android.")),
    stores: Type.Optional(anything("Stores", "Store IDs of the app, by store.")),
  },
  {
    title: "Adjust app facts",
    "x-ms-summary": "App information",
    description: "What Adjust knows of the app itself.",
  },
);

/** Named as the rows of CreateOrUpdateAdjustEvents, so that both fill the same table. */
const EventRow = Type.Object(
  {
    eventName: Type.Optional(words("Event name", "Name of the event.")),
    eventToken: Type.Optional(words("Event token", "Token of the event.")),
    appToken: Type.Optional(words("App token", "Adjust app token.")),
    unique: optionalFlag("Unique", "Whether the event counts once a user."),
    archived: optionalFlag("Archived", "Whether the event is archived."),
  },
  { title: "Adjust event" },
);

const PartnerRow = Type.Object(
  {
    name: Type.Optional(words("Partner", "Name of the partner.")),
    revenueForwarding: optionalFlag("Forward revenue", "Whether revenue is forwarded."),
    sessionForwarding: optionalFlag("Forward sessions", "Whether sessions are forwarded."),
    parameterForwarding: optionalFlag("Forward parameters", "Whether parameters are forwarded."),
    costForwarding: optionalFlag("Forward cost", "Whether cost is forwarded."),
    attributedOnly: optionalFlag("Attributed only", "Whether only attributed users are forwarded."),
    uninstallForwarding: optionalFlag("Forward uninstalls", "Whether uninstalls are forwarded."),
    adRevenueForwarding: optionalFlag("Forward ad revenue", "Whether ad revenue is forwarded."),
    limitedDataUse: optionalFlag("Limited data use", "Whether limited data use is honoured."),
    inactiveUserDefinition: optionalFlag("Inactive users", "Whether inactive users are defined."),
    channelSetup: Type.Optional(
      anything("Channel setup", "Settings of the partner, spelled as Adjust spells them, without passwords."),
    ),
    eventsLinking: Type.Optional(
      anything("Linked events", "Name of each event at the partner, by its own name."),
    ),
  },
  { title: "Adjust partner" },
);

const attributionWindow = (summary: string, description: string) =>
  Type.Optional(
    Type.Object(
      {
        window: Type.Optional(integer("Window", "Length of the window in seconds.")),
        enabled: optionalFlag("Enabled", "Whether the method is used."),
      },
      { "x-ms-summary": summary, description },
    ),
  );

/** Source of names: Adjust's documentation, page "App settings endpoint". Sections that are not here pass. */
const Settings = Type.Object({
  appInfo: Type.Optional(AppInfo),
  events: Type.Optional(list("Events", "Events of the app.", EventRow)),
  partners: Type.Optional(list("Partners", "Partners that the app is set up for.", PartnerRow)),
  attributionSettings: Type.Optional(
    Type.Object(
      {
        clickDeviceMatching: attributionWindow("Click device matching", "Matching of devices after a click."),
        clickFingerprinting: attributionWindow(
          "Click fingerprinting",
          "Probabilistic matching after a click.",
        ),
        impressionDeviceMatching: attributionWindow(
          "Impression device matching",
          "Matching of devices after an impression.",
        ),
      },
      {
        title: "Adjust attribution settings",
        "x-ms-summary": "Attribution settings",
        description: "How installs are attributed.",
      },
    ),
  ),
});

export const getAdjustAppSettings = adjustOperation({
  id: "GetAdjustAppSettings",
  summary: "Get the settings of an Adjust app",
  description:
    "Gets the settings of any Adjust app of the account, also of one that was made in Adjust's dashboard.",
  method: "GET",
  route: "adjust/apps/{appToken}/settings",
  input: {
    appToken: adjustAppToken,
    // A query field of a designer is one text: a list would need one field an item.
    sections: Type.Optional(
      text(
        "Sections",
        "Sections to get, with commas between them, such as events,partners. Leave it empty for all.",
        {
          pattern: "^[A-Za-z0-9_]+( *, *[A-Za-z0-9_]+)*$",
          maxLength: 500,
          form: "names of sections with commas between them, such as events,partners",
        },
      ),
    ),
  },
  output: Settings,
  async run({ appToken, sections }, adjust) {
    const settings = await adjust.get(path`/app-automation/app/${appToken}/settings`, {
      // Repeated, since Adjust does not know sections[].
      sections: sections?.split(",").map((section) => section.trim()),
    });
    const { appInfo, events, partners } = settings;
    return conform(Settings, {
      ...settings,
      ...(isObject(appInfo) && { appInfo: conform(AppInfo, appInfo) }),
      ...(Array.isArray(events) && { events: events.filter(isObject).map(eventRow) }),
      ...(Array.isArray(partners) && { partners: partners.filter(isObject).map(partnerRow) }),
    });
  },
});

function eventRow({ name, token, ...event }: Record<string, unknown>) {
  return conform(EventRow, { ...event, eventName: name, eventToken: token });
}

/** A partner in our spelling; inside of it names of events and keys of partners stand as they are. */
function partnerRow(partner: Record<string, unknown>) {
  const { name } = partner;
  return conform(
    PartnerRow,
    Object.fromEntries(
      Object.entries(partner).map(([key, value]) => [
        camelCase(key),
        key === "channel_setup" ? withoutSecrets(name, value) : value,
      ]),
    ),
  );
}
