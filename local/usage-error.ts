/** What the person at the command line can put right. Its text is shown as it is and never holds a value. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
