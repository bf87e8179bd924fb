import { RelayError } from "../../../errors.ts";
import type { PlanError } from "./plan-item.ts";

/** Thrown for a product that is rejected: the reason stands in the plan, beside the other products. */
export class Rejection extends Error {
  override readonly name = "Rejection";
  readonly problem: PlanError;

  /** @param field of the call that is wrong, such as `changes[3].price`. */
  constructor(code: string, message: string, field?: string) {
    super(message);
    this.problem = { code, message, ...(field !== undefined && { field }) };
  }
}

/** Answers of the service that are about one product alone: refusals, and what cannot be understood. */
const aboutOne = new Set<string>(["not_found", "rejected", "upstream_forbidden", "bad_upstream_response"]);

/**
 * Why a product is rejected.
 *
 * @throws what was thrown, where it says nothing of the product.
 */
export function rejectionOf(thrown: unknown): PlanError {
  if (thrown instanceof Rejection) return thrown.problem;
  if (thrown instanceof RelayError && thrown.source === "app-store-connect" && aboutOne.has(thrown.code)) {
    return { code: thrown.code, message: thrown.message };
  }
  throw thrown;
}
