/** All that carries out the operations on prices, to be loaded together when one is called. */
export { applyPlan } from "./apply/apply-plan.ts";
export { applyStep } from "./apply/apply-step.ts";
export { namedTerritory, oneProduct, territoryOrBase } from "./operations/one-product.ts";
export { pricesOf } from "./operations/prices-of.ts";
export { alone, checkChanges, examineChanges } from "./plan/check-changes.ts";
export { makePlan } from "./plan/make-plan.ts";
export { planStep } from "./plan/plan-step.ts";
export { openPriceReader, readCurrencies, readPricePoints } from "./read/index.ts";
export { pointNames } from "./read/kinds.ts";
export { readInAppPurchases, readSubscriptionsOf } from "./read/products-of-app.ts";
export { planRestore } from "./restore/restore-plan.ts";
export { restoreStep } from "./restore/restore-step.ts";
export { pacificDay } from "./timeline/index.ts";
