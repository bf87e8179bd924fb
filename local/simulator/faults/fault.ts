import type { Json, JsonObject } from "../core/json.ts";
import type { ServiceName } from "../core/service-name.ts";

/**
 * `Retry-After` in each of the forms that services use. `httpDate` and `unixMilliseconds` (the App Store Server
 * API's form) are seconds ahead of the service's clock; `raw` is sent as it is.
 */
export type RetryAfter =
  | { seconds: number }
  | { httpDate: number }
  | { unixMilliseconds: number }
  | { raw: string };

/** Where a broken connection breaks. */
export type BreakPoint = "before-headers" | "after-headers" | "mid-body";

/** Faults that stand in for the answer. The handler is not run, so nothing is applied, unless `apply` is true. */
export type AnswerFault =
  /** Any status; without a body the service's own error body for it, and HTML for 502, as gateways send it. */
  | {
      kind: "status";
      status: number;
      headers?: Readonly<Record<string, string>>;
      body?: Json;
      retryAfter?: RetryAfter;
      apply?: boolean;
    }
  | { kind: "redirect"; status: number; location: string; apply?: boolean }
  /** 200 with a web page, as captive portals and maintenance pages answer. */
  | { kind: "html"; apply?: boolean }
  /** 200 with the right content type and no byte. */
  | { kind: "empty"; apply?: boolean }
  /** 204. */
  | { kind: "no-content"; apply?: boolean }
  /** The socket is reset. After headers and mid body the handler has run. */
  | { kind: "reset"; at: BreakPoint; apply?: boolean }
  /** The write is applied, then the socket is reset without a byte of answer. */
  | { kind: "applied-then-lost" }
  /** Nothing more comes, and the socket stays open. After headers and mid body the handler has run. */
  | { kind: "stall"; at: BreakPoint; apply?: boolean }
  /** The real answer, one byte each `intervalMs` (default 50). */
  | { kind: "drip"; intervalMs?: number }
  /** Half of the real body; `contentLength` says whether the header fits the half or the whole. */
  | { kind: "truncated"; contentLength: "right" | "wrong" }
  /**
   * A body that expands to `expandsTo` bytes (default 200 MB, of about 200 KB). `nested` is compressed twice,
   * `truncated` stops half way. On a gzip file (`application/a-gzip`) the file is the bomb, elsewhere the
   * content encoding.
   */
  | { kind: "gzip-bomb"; variant: "ratio" | "nested" | "truncated"; expandsTo?: number }
  /** JSON padded to `bytes` (default 11 MB, past the 10 MB that clients read), with a length or chunked. */
  | { kind: "oversized"; bytes?: number; contentLength?: boolean };

/** Faults that change the real answer, or the moment, and combine with each other. */
export type ChangeFault =
  /** Waits before the call is handled. */
  | { kind: "delay"; ms: number }
  /** The service's clock is off: in its `Date` header and when it checks a token. */
  | { kind: "clock"; offsetMs: number }
  | { kind: "content-type"; value: string }
  /** Replaces `links.next`, or adds one where there is none. `url` is sent as it is. */
  | { kind: "next-link"; to: "other-host" | "userinfo" | "other-route" | "self-loop" | { url: string } }
  /**
   * `add`: members put into every resource's `attributes` (or into the top-level object where there are none);
   * `remove`: names taken out at every depth; `replace`: new values by name, at every depth;
   * `idsAsNumbers`: every all-digit `id` becomes a number.
   */
  | {
      kind: "fields";
      add?: JsonObject;
      remove?: readonly string[];
      replace?: JsonObject;
      idsAsNumbers?: boolean;
    };

export type Fault = AnswerFault | ChangeFault;

/** Which requests a fault acts on, and how often. */
export interface FaultTarget {
  /** Absent: all four. */
  service?: ServiceName;
  /** Absent: any. */
  method?: string;
  /** Path as sent, without the query. In a string `*` stands for any characters. Absent: any. */
  path?: string | RegExp;
  /** Lets this many matching requests through first, for example a list's first page. */
  skip?: number;
  /** How many requests it acts on; default 1, `Infinity` for all. */
  times?: number;
}

export type ScriptedFault = FaultTarget & { fault: Fault };

export function isChange(fault: Fault): fault is ChangeFault {
  return (
    fault.kind === "delay" ||
    fault.kind === "clock" ||
    fault.kind === "content-type" ||
    fault.kind === "next-link" ||
    fault.kind === "fields"
  );
}
