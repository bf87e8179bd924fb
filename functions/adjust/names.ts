/**
 * How a name at Adjust must look. Adjust finds links and events by their names and could drop white space at the ends;
 * then the name would never be found again.
 */
export const oneLine = {
  pattern:
    "^[^\\s\\x00-\\x1f\\x7f-\\x9f]([^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*[^\\s\\x00-\\x1f\\x7f-\\x9f])?$",
  form: "a name on one line, without spaces at its ends",
} as const;
