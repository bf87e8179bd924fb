/** The paths that a service has, for requests whose path comes from the caller. */
export interface ServicePaths {
  /** What a path starts with, without a leading `/`. */
  pattern: RegExp;
  /** The same in words, to follow "must start with". */
  words: string;
}
