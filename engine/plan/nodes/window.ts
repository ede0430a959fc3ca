import { ObjectReader, refuseDuplicates } from '../json-reader';
import { PLAN_LIMITS } from '../limits';
import type { UnaryNode } from '../plan';
import type { AggregateUse } from './aggregate-use';
import { parseAggregateUse } from './aggregate-use';

/** Windowed aggregation of a stream, keyed or not. */
export interface WindowNode extends UnaryNode {
  readonly op: 'window';
  readonly config: {
    readonly window: WindowSpec;
    readonly aggregates: readonly AggregateUse[];
    readonly allowedLatenessMs: number;
    readonly latePolicy: 'drop' | 'deadLetter' | 'sideOutput';
    readonly emit: WindowEmit;
  };
}

/** How records are put into windows; the rules are those of Flink. All intervals are [start, end), all times ms since the epoch. */
export type WindowSpec = AlignedWindowSpec | SessionSpec | CountingSpec | SlidingSpec;

/** Windows that are the same for all keys. */
export type AlignedWindowSpec =
  | { readonly kind: 'tumbling'; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'hopping'; readonly sizeMs: number; readonly hopMs: number; readonly offsetMs: number }
  | { readonly kind: 'cumulating'; readonly maxSizeMs: number; readonly stepMs: number; readonly offsetMs: number };
export interface SessionSpec {
  readonly kind: 'session';
  readonly gapMs: number;
  /** A session that would become longer is closed and another begun; null: no bound. */
  readonly maxDurationMs: number | null;
}
export interface CountingSpec {
  readonly kind: 'counting';
  readonly rows: number;
  readonly hopRows: number;
  /** Whether windows that are not full leave at the end of a bounded input. */
  readonly emitPartial: boolean;
}
export type SlidingSpec = { readonly kind: 'sliding'; readonly sizeMs: number } | { readonly kind: 'sliding'; readonly rows: number };

/**
 * When results leave: `onClose` when the watermark reaches the end; `onUpdate` also after every record, as a further revision;
 * `everyMs` also at every multiple of that much event time; `onArrival` (sliding) at once, as a preview, and again at its time.
 */
export type WindowEmit = 'onClose' | 'onUpdate' | 'onArrival' | { readonly everyMs: number };

/** The kinds of windows, as constructors of the API are called. */
export const WINDOW_KIND_NAMES = ['tumbling', 'hopping', 'cumulating', 'session', 'counting', 'sliding'] as const;

/** The config of a window node, read strictly from untrusted JSON. */
export function parseWindow(json: unknown, path: string): WindowNode['config'] {
  const reader = new ObjectReader(json, path);
  const config: WindowNode['config'] = {
    window: parseWindowSpec(reader.object('window')),
    aggregates: reader.list('aggregates', 1, PLAN_LIMITS.aggregatesMax, parseAggregateUse),
    allowedLatenessMs: reader.integer('allowedLatenessMs', 0),
    latePolicy: reader.oneOf('latePolicy', ['drop', 'deadLetter', 'sideOutput']),
    emit: parseEmit(reader)
  };
  reader.end();
  refuseDuplicates(config.aggregates.map(aggregate => aggregate.name), reader.at('aggregates'), 'aggregate');
  return config;
}

/** The bounds of windows, read strictly from untrusted JSON. */
export function parseWindowSpec(reader: ObjectReader): WindowSpec {
  const spec = windowSpecOf(reader);
  reader.end();
  return spec;
}

function windowSpecOf(reader: ObjectReader): WindowSpec {
  const kind = reader.oneOf('kind', WINDOW_KIND_NAMES);
  const offset = (): { readonly offsetMs: number } => ({ offsetMs: reader.integer('offsetMs', Number.MIN_SAFE_INTEGER) });
  switch (kind) {
    case 'tumbling':
      return { kind, sizeMs: reader.integer('sizeMs', 1), ...offset() };
    case 'hopping':
      return { kind, sizeMs: reader.integer('sizeMs', 1), hopMs: reader.integer('hopMs', 1), ...offset() };
    case 'cumulating':
      return { kind, maxSizeMs: reader.integer('maxSizeMs', 1), stepMs: reader.integer('stepMs', 1), ...offset() };
    case 'session':
      return { kind, gapMs: reader.integer('gapMs', 1), maxDurationMs: reader.integerOrNull('maxDurationMs', 1) };
    case 'counting':
      return { kind, rows: reader.integer('rows', 1), hopRows: reader.integer('hopRows', 1), emitPartial: reader.boolean('emitPartial') };
    case 'sliding':
      return reader.has('rows') ? { kind, rows: reader.integer('rows', 1) } : { kind, sizeMs: reader.integer('sizeMs', 1) };
  }
}

function parseEmit(reader: ObjectReader): WindowEmit {
  if (typeof reader.raw('emit') === 'string') return reader.oneOf<'onClose' | 'onUpdate' | 'onArrival'>('emit', ['onClose', 'onUpdate', 'onArrival']);
  const every = reader.object('emit');
  const emit = { everyMs: every.integer('everyMs', 1) };
  every.end();
  return emit;
}
