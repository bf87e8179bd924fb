/** Prices of subscriptions: planned as pure code, carried out in short steps, proved by reading. */
export { applySubscription, type SubscriptionStep } from "./apply.ts";
export { resultOfMemo } from "./ends.ts";
export {
  mayHaveSubscribers,
  type PlannedSubscription,
  type StartingPrice,
  type SubscriptionWrite,
} from "./model.ts";
export {
  type EqualizeSubscription,
  planSubscription,
  type SubscriptionPlan,
  type SubscriptionPlanFacts,
} from "./plan.ts";
export { referenceTerritory } from "./reference.ts";
export { asOf, byTerritory, forNewSubscribers, listed, sameTimeline } from "./timeline.ts";
