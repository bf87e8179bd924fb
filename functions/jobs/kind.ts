import type { CredentialKind } from "../credentials/index.ts";
import type { Scope } from "../scope.ts";
import type { OriginName } from "../upstream/origins.ts";
import type { EndedItem, ItemEnd, ItemError, JobData } from "./item.ts";
import type { Job } from "./job.ts";

/**
 * What the steps of a job work with: a call's scope without a caller. The credential is the job's own, and calls upstream
 * are background work, which leaves a share of the service's budget to others.
 */
export type JobScope = Omit<Scope, "origin">;

/** Calls that an item makes, all its steps together, as a rule. */
export interface Pace {
  origin: OriginName;
  calls: number;
  /** Those of them that go to one endpoint at most, whose budget of a minute is its own; absent: all of them. */
  atOne?: number;
}

/** One step of an item, to be carried out. */
export interface ItemStep {
  /** The item as it was given to `startJob`. */
  input: unknown;
  /** What the step before kept; absent in the first. */
  memo: JobData | undefined;
  /** A step like this was begun before and its end was not recorded: it may have been carried out. */
  repeated: boolean;
}

/** What became of a step: the item's end, or a further step after a wait. */
export type StepResult =
  | { kind: "end"; status: Exclude<ItemEnd, "cancelled">; result?: JobData; error?: ItemError }
  | { kind: "later"; waitMs: number; memo: JobData };

/**
 * The work of an operation that takes longer than a call, declared with it. The mechanism around it (queue, rows,
 * leases, cancelling, results) is the same for every kind.
 */
export interface JobKind {
  /** Inputs may hold secrets: they are kept encrypted with a key derived from the job's credential. */
  sealed?: boolean;
  /** What an item takes of a service's budget. Items wait for their turn before they are taken up; absent: they do not. */
  pace?: Pace;
  /**
   * Milliseconds that one step may take; absent: half a minute. The shorter, the sooner an item goes on whose worker was
   * killed: then nobody takes it up for as long and 8 s more.
   */
  stepMs?: number;
  /** It takes much memory for long: a process carries out two such steps at a time. */
  slow?: true;
  /**
   * Carries out one step of one item within the scope's deadline. It ends soon after a write, so that what was done is
   * recorded; one that makes several has to find out by reading which of them were made.
   *
   * What it throws is settled by the mechanism: a fault that passes is repeated later, a refusal ends the item as
   * `rejected`, and after a write of unknown outcome the step is run again with `repeated`.
   */
  step(item: ItemStep, scope: JobScope): Promise<StepResult>;
  /** What is known of an item by what its last step kept: its result, should the work break off there. */
  resultOf?(memo: JobData): JobData;
  /** The body of the result, made of its items in order; absent: `results`, one row an item. */
  result?(items: readonly EndedItem[], job: Job): JobData;
  /** How many items the result is made of, from the first; absent: all of them. */
  resultItems?: number;
  /** What the job's result shows of an item's own one, where that is long; absent: all of it. */
  brief?(result: JobData): JobData;
}

/** An operation that starts jobs: their work, and the kinds of credential that it takes. */
export interface JobOperation {
  kind: JobKind;
  credentials: readonly CredentialKind[];
}

/** Operations that start jobs, by their names. One may have to be loaded. */
export interface JobOperations {
  get(id: string): JobOperation | undefined | Promise<JobOperation | undefined>;
}
