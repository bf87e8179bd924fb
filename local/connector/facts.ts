import project from "../../package.json" with { type: "json" };

/** What the connector says of itself. Everything else in its files follows from the operations. */
export const facts = {
  /** At most 30 characters, without the words that Microsoft keeps out of titles. */
  title: "App Store Relay",
  version: project.version,
  description:
    "Works with App Store Connect, the App Store Server API and Adjust through a function app of your own. It signs every call with the keys in your Key Vault, so that no key and no token reaches a flow, and answers in flat, named fields.",
  /** Reserved names (RFC 2606): whoever publishes the connector puts their own here. */
  contact: {
    name: "App Store Relay contributors",
    url: "https://app-store-relay.example",
    email: "contact@app-store-relay.example",
  },
  publisher: "App Store Relay contributors",
  stackOwner: "Apple and Adjust",
  website: "https://developer.apple.com/app-store-connect/",
  privacyPolicy: "https://www.apple.com/legal/privacy/",
  /** At most two of Microsoft's list. */
  categories: ["Commerce", "Marketing"],
  /** Background of the icon and of the actions in the designer. */
  brandColor: "#3B2A86",
  /**
   * Stands in the checked-in definition, where each connection names its own host. `.invalid` never resolves
   * (RFC 6761): a call that somehow kept it could not carry a function key to anybody.
   */
  reservedHost: "app-store-relay.invalid",
} as const;
