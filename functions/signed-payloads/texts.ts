const autoRenewStatus = { 0: "Off", 1: "On" };

/**
 * Texts of Apple's coded numbers, by the name of the member that holds them. A number that is not here has no text: Apple
 * adds values without telling. Source: models of apple/app-store-server-library-node 3.1.0.
 */
export const codedTexts: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  status: { 1: "Active", 2: "Expired", 3: "Billing retry", 4: "Billing grace period", 5: "Revoked" },
  autoRenewStatus,
  commitmentAutoRenewStatus: autoRenewStatus,
  expirationIntent: {
    1: "The customer cancelled",
    2: "Billing error",
    3: "The customer did not consent to a price increase",
    4: "The product was not available",
    5: "Other reason",
  },
  offerType: { 1: "Introductory offer", 2: "Promotional offer", 3: "Offer code", 4: "Win-back offer" },
  priceIncreaseStatus: {
    0: "The customer has not responded",
    1: "The customer consented, or was told where no consent is needed",
  },
  revocationReason: { 0: "Refunded for another reason", 1: "Refunded for an issue with the app" },
};

/** Statuses of a subscription in which the customer may use what was bought: active, and the billing grace period. */
const accessStatuses: readonly unknown[] = [1, 4];

/** Whether a subscription of that status gives access. */
export function hasAccess(status: unknown): boolean {
  return accessStatuses.includes(status);
}
