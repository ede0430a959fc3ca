import { createHash } from 'node:crypto';

/** A place in a trace, by W3C Trace Context (level 1, version 00). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** Whether whoever made the trace wants it recorded. */
  readonly sampled: boolean;
  /** Passed on as it came; empty: none. */
  readonly state: string;
}

/** By the specification senders may give more; what is longer is left out. */
const TRACESTATE_LENGTH_MAX = 512;
const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads `traceparent` and `tracestate`; null when there is none or it is not valid: then it is as if it had not come. */
export function parseTraceContext(traceparent: string | undefined, tracestate?: string): TraceContext | null {
  if (traceparent === undefined || traceparent.length > TRACESTATE_LENGTH_MAX) return null;
  const match = FORM.exec(traceparent.trim());
  if (match === null) return null;
  const [, version = '', traceId = '', spanId = '', flags = '', more] = match;
  if (version === 'ff' || (version === '00' && more !== undefined) || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  return { traceId, spanId, sampled: (parseInt(flags, 16) & 1) === 1, state: passedOn(tracestate) };
}

/** `context` as the value of `traceparent`. */
export function traceparentOf({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/**
 * The place of the effect `effectId`: in the trace of the input that released it, or in one of its own when that input had
 * none. Ids come from the effect's id alone, so a repetition after a kill or a replay gives the same ones. A trace of its
 * own is sampled when its id, read as a share of all ids, is below `ratio` (0…1).
 */
export function effectContext(effectId: string, parent: TraceContext | null, ratio: number): TraceContext {
  const digest = createHash('sha256').update(effectId).digest('hex');
  const spanId = nonZero(digest.slice(32, 48));
  if (parent !== null) return { ...parent, spanId };
  const traceId = nonZero(digest.slice(0, 32));
  return { traceId, spanId, sampled: isSampled(traceId, ratio), state: '' };
}

/** By the last 52 bits of the id, which a number holds exactly. */
export function isSampled(traceId: string, ratio: number): boolean {
  return parseInt(traceId.slice(19), 16) < ratio * 2 ** 52;
}

function nonZero(hex: string): string {
  return /^0+$/.test(hex) ? `${hex.slice(1)}1` : hex;
}

function passedOn(tracestate: string | undefined): string {
  if (tracestate === undefined || tracestate.length > TRACESTATE_LENGTH_MAX) return '';
  return /^[\x20-\x7e]*$/.test(tracestate) ? tracestate : '';
}

/** The valid trace context among the user properties of a message, to be kept with it; undefined when there is none. */
export function keptProperties(userProperties: readonly (readonly [name: string, value: string])[]): Readonly<Record<string, string>> | undefined {
  if (userProperties.length === 0) return undefined;
  const valueOf = (name: string): string | undefined => userProperties.find(property => property[0] === name)?.[1];
  const context = parseTraceContext(valueOf('traceparent'), valueOf('tracestate'));
  if (context === null) return undefined;
  return { traceparent: traceparentOf(context), ...(context.state === '' ? {} : { tracestate: context.state }) };
}
