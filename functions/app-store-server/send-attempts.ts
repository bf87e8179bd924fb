import * as Type from "typebox";
import { isObject } from "../json.ts";
import { list, words } from "../schema.ts";
import { isoDate } from "./dates.ts";

/** One of Apple's attempts to deliver a notification. */
export interface SendAttempt {
  /** ISO 8601; absent where Apple does not say it. */
  attemptDate?: string;
  /** Apple's word, such as SUCCESS. */
  sendAttemptResult: string;
  /** The same in a sentence. */
  sendAttemptResultText: string;
}

/** What Apple's words for an attempt mean. Source: Apple, sendAttemptResult. */
const meanings: Readonly<Record<string, string>> = {
  SUCCESS: "The server took the notification.",
  TIMED_OUT: "The server did not answer in time.",
  TLS_ISSUE:
    "No secure connection came about: the certificate or the version of TLS is not one that Apple takes.",
  CIRCULAR_REDIRECT: "The server sent Apple round in a circle of redirects.",
  NO_RESPONSE: "The server did not answer.",
  SOCKET_ISSUE: "No connection to the server came about.",
  UNSUPPORTED_CHARSET: "The answer of the server is in a character set that Apple does not read.",
  INVALID_RESPONSE: "The server answered something that is not HTTP.",
  PREMATURE_CLOSE: "The server ended the connection before its answer was complete.",
  UNSUCCESSFUL_HTTP_RESPONSE_CODE: "The server answered with a status that is not 200 to 206.",
  OTHER: "Apple names no reason.",
};

/** The attempts of an answer of Apple's, oldest first as it has them. */
export function readSendAttempts(value: unknown): SendAttempt[] {
  return (Array.isArray(value) ? value : []).filter(isObject).map(({ attemptDate, sendAttemptResult }) => {
    const result = String(sendAttemptResult ?? "OTHER");
    const date = isoDate(attemptDate);
    return {
      ...(date !== undefined && { attemptDate: date }),
      sendAttemptResult: result,
      sendAttemptResultText: Object.hasOwn(meanings, result) ? (meanings[result] ?? result) : result,
    };
  });
}

/** Whether one of the attempts was the last that was needed. */
export function hasArrived(attempts: readonly SendAttempt[]): boolean {
  return attempts.some(({ sendAttemptResult }) => sendAttemptResult === "SUCCESS");
}

/** The attempts as an answer has them. */
export const sendAttempts = list(
  "Send attempts",
  "Apple's attempts to deliver it, in the order in which Apple tells them.",
  Type.Object(
    {
      attemptDate: Type.Optional(words("Attempt date", "When Apple tried, in UTC.")),
      sendAttemptResult: words("Result", "How it ended, in Apple's word, such as SUCCESS or TIMED_OUT."),
      sendAttemptResultText: words("Result text", "How it ended, in a sentence."),
    },
    { title: "Send attempt" },
  ),
);
