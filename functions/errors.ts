/** Who an error comes from, as callers see it in `error.source`. */
export type ErrorSource =
  | "relay"
  | "key-vault"
  | "storage"
  | "app-store-connect"
  | "app-store-server"
  | "adjust";

/**
 * What a failed call may have changed. `none`: nothing was changed. `unknown`: a write may have been
 * applied, so read back before sending again.
 */
export type Outcome = "none" | "unknown";

/** One wrong field of an input. `field` is a path such as `changes[3].price`. */
export interface ErrorDetail {
  field: string;
  message: string;
}

/** What an upstream service said of its own refusal, with secrets already replaced. */
export interface UpstreamRefusal {
  status: number;
  code?: string;
  message?: string;
}

/** Status and retry rule of every code. The table of the HTTP contract, and the only place that has it. */
const codes = {
  invalid_input: { status: 400, retryable: false },
  credential_required: { status: 400, retryable: false },
  credential_unavailable: { status: 400, retryable: false },
  forbidden: { status: 403, retryable: false },
  upstream_forbidden: { status: 403, retryable: false },
  not_found: { status: 404, retryable: false },
  rejected: { status: 422, retryable: false },
  outcome_unknown: { status: 409, retryable: false },
  plan_expired: { status: 409, retryable: false },
  payload_too_large: { status: 413, retryable: false },
  unsupported_media_type: { status: 415, retryable: false },
  invalid_signature: { status: 422, retryable: false },
  rate_limited: { status: 429, retryable: true },
  internal_error: { status: 500, retryable: false },
  credential_rejected: { status: 502, retryable: false },
  upstream_unavailable: { status: 502, retryable: true },
  bad_upstream_response: { status: 502, retryable: false },
  key_vault_unavailable: { status: 503, retryable: true },
  storage_unavailable: { status: 503, retryable: true },
  not_configured: { status: 503, retryable: false },
  upstream_timeout: { status: 504, retryable: true },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

/** Stable codes of `error.code`. */
export type ErrorCode = keyof typeof codes;

/** Every code, for the documents that list them. */
export const errorCodes = Object.keys(codes) as readonly ErrorCode[];

interface RelayErrorFacts {
  message: string;
  hint?: string | undefined;
  source?: ErrorSource;
  outcome?: Outcome;
  /** Overrides the table's status: `rejected` is 409 where the upstream said 409. */
  status?: number;
  details?: readonly ErrorDetail[];
  upstream?: UpstreamRefusal;
  /** Whole seconds, written to `Retry-After`. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * The one error of this project. Everything that fails for a reason a caller may learn of is one of these;
 * anything else becomes `internal_error` at the surface, without its text.
 */
export class RelayError extends Error {
  override readonly name = "RelayError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly source: ErrorSource;
  readonly outcome: Outcome;
  readonly hint: string | undefined;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly upstream: UpstreamRefusal | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, facts: RelayErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.status = facts.status ?? codes[code].status;
    this.outcome = facts.outcome ?? "none";
    // Nothing whose effect is unknown may invite a repetition.
    this.retryable = codes[code].retryable && this.outcome === "none";
    this.source = facts.source ?? "relay";
    this.hint = facts.hint;
    this.details = facts.details;
    this.upstream = facts.upstream;
    this.retryAfterSeconds = facts.retryAfterSeconds;
  }

  /** The same error with further details. */
  withDetails(details: readonly ErrorDetail[]): RelayError {
    const { code, message, status, outcome, source, hint, upstream, retryAfterSeconds, cause } = this;
    return new RelayError(code, {
      message,
      status,
      outcome,
      source,
      details: [...(this.details ?? []), ...details],
      cause,
      ...(hint !== undefined && { hint }),
      ...(upstream && { upstream }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  }

  /** The same error with another hint. */
  withHint(hint: string): RelayError {
    const { code, message, status, outcome, source, details, upstream, retryAfterSeconds, cause } = this;
    return new RelayError(code, {
      message,
      status,
      outcome,
      source,
      hint,
      cause,
      ...(details && { details }),
      ...(upstream && { upstream }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  }

  /** The error shape of the HTTP contract. */
  toBody(correlationId: string): ErrorBody {
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(this.hint !== undefined && { hint: this.hint }),
        source: this.source,
        retryable: this.retryable,
        outcome: this.outcome,
        correlationId,
        ...(this.details !== undefined && { details: this.details }),
        ...(this.upstream !== undefined && { upstream: this.upstream }),
      },
    };
  }
}

/** The error shape of the HTTP contract. */
export interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    hint?: string;
    source: ErrorSource;
    retryable: boolean;
    outcome: Outcome;
    correlationId: string;
    details?: readonly ErrorDetail[];
    upstream?: UpstreamRefusal;
  };
}

/** Most details of an answer, and characters of a field's name: both can be the caller's own, of any number and size. */
const maxDetails = 100;
const maxFieldName = 200;

/** 400 `invalid_input` for one or more wrong fields, each named. */
export function invalidInput(problems: readonly ErrorDetail[], cause?: unknown): RelayError {
  const details = problems.slice(0, maxDetails).map(({ field, message }) => ({
    field: field.length > maxFieldName ? `${field.slice(0, maxFieldName)}…` : field,
    message,
  }));
  const [first] = details;
  const message =
    details.length === 1 && first
      ? `${first.field}: ${first.message}`
      : `${details.length} inputs are wrong: ${details.map((detail) => detail.field).join(", ")}.`;
  return new RelayError("invalid_input", {
    message,
    hint: "Correct the fields listed in details and send the call again.",
    details,
    cause,
  });
}
