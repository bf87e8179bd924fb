import { invalidInput, type RelayError } from "./errors.ts";

/**
 * Where a list goes on. It travels in `nextLink` as opaque text and comes back through the caller, so nothing in it is
 * trusted: every member is checked again, and the upstream URL is built anew from it.
 */
export interface Cursor {
  /** Operation that made it; another one refuses it. */
  operation: string;
  /** Credential that the first page was read with, so that a change of default does not mix two accounts. */
  credential?: string | undefined;
  environment?: string | undefined;
  /** The upstream's own cursor, or an offset. */
  position: string;
}

/** Text of a cursor: base64url of a JSON array, short enough for a URL. */
export function writeCursor({ operation, credential, environment, position }: Cursor): string {
  return Buffer.from(JSON.stringify([operation, credential ?? null, environment ?? null, position])).toString(
    "base64url",
  );
}

/** @throws RelayError `invalid_input` for anything but a cursor of this operation. */
export function readCursor(text: string, operation: string): Cursor {
  const [from, credential, environment, position, ...rest] = parse(text);
  const isText = (value: unknown, pattern: RegExp) => typeof value === "string" && pattern.test(value);
  if (
    from !== operation ||
    rest.length > 0 ||
    !(credential === null || isText(credential, /^[0-9A-Za-z-]{1,127}$/)) ||
    !(environment === null || isText(environment, /^(Production|Sandbox)$/)) ||
    !isText(position, /^[\x21-\x7e]{1,2000}$/)
  ) {
    throw notACursor();
  }
  return {
    operation,
    credential: credential === null ? undefined : String(credential),
    environment: environment === null ? undefined : String(environment),
    position: String(position),
  };
}

/** The error for a cursor that was not made by this list. */
export function notACursor(): RelayError {
  const message = "is not a cursor of this list: take nextLink as it is, or leave cursor out.";
  return invalidInput([{ field: "cursor", message }]);
}

function parse(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
