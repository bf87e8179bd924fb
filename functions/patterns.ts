/**
 * Forms of identifiers, each defined once for inputs, tags and the vault alike. They are texts, because schemas carry
 * them; each matches the whole identifier.
 */

/** Apple ID of an app, product or other numbered resource. */
export const applePattern = "^[1-9]\\d{4,14}$";

/** Bundle ID: what Xcode accepts, letters, digits, hyphens and full stops. */
export const bundleIdPattern = "^[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*$";

/** The longest bundle ID that App Store Connect takes. */
export const maxBundleIdLength = 155;

/**
 * Product ID of an in-app purchase or a subscription: letters, digits, underscores and full stops (App Store Connect
 * Help), and hyphens, which products of earlier years have.
 */
export const productIdPattern = "^[A-Za-z0-9_.-]{1,255}$";

/** Code of a territory of the App Store, ISO 3166-1 alpha-3. */
export const territoryPattern = "^[A-Z]{3}$";

/**
 * Names that Key Vault allows for secrets and keys, and the folder for its files. Source: Azure's naming rules for
 * vault objects. As it leaves no dot and no slash, a name can never lead out of the folder.
 */
export const credentialPattern = "^[0-9A-Za-z-]{1,127}$";

export const uuidPattern = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

/** ID of a transaction of the App Store: digits, as many as 64 bits have. */
export const transactionPattern = "^\\d{1,20}$";
