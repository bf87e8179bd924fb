/**
 * `planned`: to be sent, now or again. `sending`: somebody is at it. `delivered`: the flow took it. `failed`: given up.
 */
export type DeliveryStatus = "planned" | "sending" | "delivered" | "failed";

/** What became of an event at one subscribed flow. */
export interface Delivery {
  readonly subscriptionId: string;
  /** Place of the event in lists: deliveries are listed in the same order. */
  readonly place: string;
  readonly eventKey: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** When it was planned, or planned anew by somebody. */
  readonly plannedAt: string;
  readonly updatedAt: string;
  /** It is not taken up before this: a claim that holds, or a wait. */
  readonly until: string | undefined;
  /** Status of the flow's last answer. */
  readonly httpStatus: number | undefined;
  /** In plain words. */
  readonly outcome: string;
}

/** Whether nothing more will be done. */
export function isSettled({ status }: Pick<Delivery, "status">): boolean {
  return status === "delivered" || status === "failed";
}
