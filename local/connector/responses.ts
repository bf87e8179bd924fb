import type { TypedOperation } from "../../functions/operation.ts";
import type { Response, Schema } from "./swagger.ts";

/**
 * The answers of an operation: one with a schema, and the errors that can occur, in words. All of them have the error
 * shape; only one schema may be declared, since designers show only one.
 *
 * Which errors can occur follows from the kind of operation: those that call a service, those that write, those with a
 * body. Source of the statuses: the table of `functions/errors.ts`.
 */
export function responses(
  { methods, credentials, places, longRunning, trigger }: TypedOperation,
  schema: Schema,
): Record<string, Response> {
  // A result is fetched with the credential that its token names.
  const callsService = credentials.length > 0 || longRunning;
  const writes = methods[0] !== "GET";
  const names = Object.values(places).includes("path");
  const hasBody = Object.values(places).includes("body");
  const errors: [status: number, occurs: boolean, description: string][] = [
    [400, true, "An input is wrong, or no credential can be chosen. The details name each field."],
    [401, true, "The function key of the connection is missing or wrong."],
    [403, callsService, "The service does not allow this with the credential used."],
    [404, callsService || names, "What was asked for does not exist, or the service does not know it."],
    [
      409,
      (callsService && writes) || trigger !== undefined,
      "The service refuses the change as conflicting, or it is not known whether the change was made.",
    ],
    [413, hasBody, "The body is larger than 10 MB."],
    [415, hasBody, "The body is not JSON."],
    [422, callsService, "The service refuses the content of the call."],
    [429, true, "Too many calls for now. The header Retry-After tells how many seconds to wait."],
    [500, true, "Something went wrong inside the function app."],
    [502, callsService, "The service cannot be reached, refuses the credential, or sent an unusable answer."],
    [503, true, "The function app is not configured, or its Key Vault or storage cannot be reached."],
    [504, callsService, "The service did not answer in time."],
  ];
  return {
    ...(trigger
      ? {
          201: {
            description: "The flow is subscribed, until it deletes what the header Location says.",
            schema,
          },
        }
      : { 200: { description: "The call succeeded.", schema } }),
    ...(longRunning && {
      202: {
        description:
          "The work goes on. The flow asks for the result by itself, where the header Location says.",
      },
    }),
    ...Object.fromEntries(
      errors.flatMap(([status, occurs, description]) => (occurs ? [[status, { description }]] : [])),
    ),
  };
}
