/** Reading prices: complete or an error, with as few calls as possible. */
export { readCurrencies } from "./currencies.ts";
export { readEqualizations } from "./equalizations.ts";
export { decodePointId, encodePointId, type PointCode } from "./point-id.ts";
export { type LookUpOptions, readPricePoints } from "./price-points.ts";
export { openPriceReader, type PriceReader } from "./reader.ts";
export { type ProductWish, type ResolvedProduct, resolveProducts } from "./resolve-products.ts";
export { isScheduled, type ReadSchedule, readAutomaticPrices, readSchedule } from "./schedule.ts";
export { readScheduleAgain } from "./schedule-again.ts";
export { readSubscriptionPrices, type SubscriptionPrice } from "./subscription-prices.ts";
