/** The answer of an operation that made something which can be deleted again: 201 with where. */
export class Created {
  /** Absolute URL. A DELETE to it works without a function key. */
  readonly location: string;
  /** Body of the 201. */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(location: string, body: Readonly<Record<string, unknown>>) {
    this.location = location;
    this.body = body;
  }
}
