/** What a caller is told of work that goes on after the answer: 202 with where to ask, and when. */
export interface AcceptedFacts {
  /** Absolute URL that answers 202 until the end, then 200 with the result. It works without a function key. */
  location: string;
  /** Whole seconds until it is worth asking. */
  retryAfterSeconds: number;
  /** Body of the 202. `jobId` where the work is a job of ours. */
  body: { jobId?: string; status: string };
}

/** The answer of an operation whose work goes on: flows poll `location` by themselves. */
export class Accepted {
  readonly facts: AcceptedFacts;

  constructor(facts: AcceptedFacts) {
    this.facts = facts;
  }
}
