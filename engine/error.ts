/** What goes over ports and into files: an error without its class. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * An operating error: something the user or the world can mend. The message names the subject in quotes, what was seen,
 * what was expected and the next step; it never holds a secret.
 */
export class LittoralError extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;

  constructor(
    code: string,
    message: string,
    options: { details?: Record<string, unknown>; cause?: unknown; retryable?: boolean } = {}
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LittoralError';
    this.code = code;
    this.details = options.details ?? {};
    this.retryable = options.retryable ?? false;
  }
}

/** A Plan that cannot be built or run; `details.path` points into the Plan, `details.offset` into the source text. */
export class PlanError extends LittoralError {
  override name = 'PlanError';
}

/** A programmer's error in Littoral itself. Never caught to go on. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** `error` as it travels: code `INTERNAL` for anything that is not a LittoralError. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof LittoralError) return { code: error.code, message: error.message, details: { ...error.details, retryable: error.retryable } };
  if (error instanceof Error) return { code: 'INTERNAL', message: error.message };
  return { code: 'INTERNAL', message: String(error) };
}

/** The error that `record` describes, on the other side of a port. */
export function fromErrorRecord(record: ErrorRecord): LittoralError {
  return new LittoralError(record.code, record.message, {
    details: { ...record.details },
    retryable: record.details?.['retryable'] === true
  });
}
