import type { LogCategory, LogLevel } from "./core.ts";

/** One log record of the host or of a function. */
export interface LogRecord {
  level: LogLevel;
  /** `user` is what a handler logged, `system` what the library or the host says. */
  category: LogCategory;
  message: string;
  /** The function that was running, if any. */
  functionName?: string;
  invocationId?: string;
}

/** Takes one finished line, without a line break at its end. */
export type LogSink = (line: string) => void;

/** Application Insights cuts a trace message at this many characters; longer ones would look whole only here. */
const longestMessage = 32_768;

// JSON.stringify leaves these as they are, yet terminals and log viewers act on them: DEL, the C1 controls (CSI among
// them) and the two Unicode line separators.
const unsafe = /[\u007f-\u009f\u2028\u2029]/g;

/** A record as one line of JSON that cannot contain a line break or a terminal's control character. */
export function logLine(record: LogRecord, at: number): string {
  const { message, ...rest } = record;
  const line = JSON.stringify({
    time: new Date(at).toISOString(),
    ...rest,
    message: message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message,
  });
  return line.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
