import { ColumnSample } from './column-sample';
import type { SampleValue } from './sample-value';
import type { SampleFormat } from './sample-format';
import { sampleOf } from './sample-format';
import type { Schema } from './schema';

export interface SchemaGuess {
  readonly schema: Schema;
  /** Rows in the samples. */
  readonly samples: number;
  /** Per column, in the order of the schema. `min` and `max` of numbers and of the numbers in lists. */
  readonly columns: readonly ColumnGuess[];
  /** Column that looks like the event time: integers that are plausible milliseconds since 1970, the best name first. */
  readonly eventTime: string | null;
  /** Keys that cannot become columns, each with one sentence. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Payloads that are no rows, at most 20. */
  readonly errors: readonly { readonly message: string; readonly payload: Uint8Array }[];
}

export interface ColumnGuess {
  readonly name: string;
  /** Rows in which the key is present. */
  readonly seen: number;
  /** Share of the rows, 0…1, in which the key is null or absent. */
  readonly nullShare: number;
  readonly min: number | null;
  readonly max: number | null;
  /** JSON of the first value, cut to 60 characters. */
  readonly example: string;
}

const ERRORS_MAX = 20;
const COLUMNS_MAX = 1000;

/**
 * A schema under which the decoder of `format` takes `payloads`, in the order in which their keys appear. Numbers become float64
 * unless all are written as integers: beyond 2^31 int64 or timestampMs, below it int32 once five rows agree (a sender may
 * write 20 for 20.0). Lists of numbers become list<float64>. Mixed types: the commonest.
 */
export function inferSchema(payloads: readonly Uint8Array[], format: SampleFormat = { format: 'json' }): SchemaGuess {
  const columns = new Map<string, ColumnSample>();
  const errors: { message: string; payload: Uint8Array }[] = [];
  let rowCount = 0;
  for (const payload of payloads) {
    const rows = rowsOf(sampleOf(payload, format));
    if (typeof rows === 'string') {
      if (errors.length < ERRORS_MAX) errors.push({ message: rows, payload });
      continue;
    }
    rowCount += rows.length;
    for (const row of rows) addRow(columns, row);
  }
  const usable = [...columns.values()].filter(column => column.refusal === null);
  const refused = [...columns.values()].filter(column => column.refusal !== null);
  const eventTime = eventTimeOf(usable);
  const fields = usable.map(column => {
    const field = column.field(rowCount);
    return column.name === eventTime ? { ...field, type: 'timestampMs' as const } : field;
  });
  return {
    schema: { fields },
    samples: rowCount,
    columns: usable.map(column => guessOf(column, rowCount)),
    eventTime,
    skipped: refused.map(column => ({ name: column.name, reason: column.refusal ?? '' })),
    errors
  };
}

type Row = ReadonlyMap<string, SampleValue>;

/** The rows of a payload in any of the decoder's forms, or why there are none. */
function rowsOf(sample: SampleValue | string): readonly Row[] | string {
  if (typeof sample === 'string') return sample;
  if (sample.kind === 'object') return columnsAsRows(sample.members) ?? [sample.members];
  if (sample.kind !== 'list') return `saw a ${sample.kind} where an object or a list of objects was expected`;
  const rows = sample.items.map(item => (item.kind === 'object' ? item.members : null));
  return rows.every(row => row !== null) ? rows : 'saw a list with something else than objects in it';
}

/** Rows of an object of equally long lists; null when it is one row. */
function columnsAsRows(members: Row): readonly Row[] | null {
  const lists = [...members].map(([name, value]) => [name, value.kind === 'list' ? value.items : null] as const);
  const length = lists[0]?.[1]?.length ?? 0;
  if (lists.length < 2 || length === 0 || lists.some(([, items]) => items?.length !== length)) return null;
  return Array.from({ length }, (_, row) => new Map(lists.map(([name, items]) => [name, items?.[row] ?? { kind: 'null' as const }])));
}

function addRow(columns: Map<string, ColumnSample>, row: Row): void {
  for (const [name, value] of row) {
    let column = columns.get(name);
    if (column === undefined) {
      if (columns.size >= COLUMNS_MAX) continue;
      column = new ColumnSample(name);
      columns.set(name, column);
    }
    column.add(value);
  }
}

function eventTimeOf(columns: readonly ColumnSample[]): string | null {
  let best: ColumnSample | null = null;
  for (const column of columns) {
    const rank = column.eventTimeRank;
    if (rank !== null && (best === null || rank < (best.eventTimeRank ?? Infinity))) best = column;
  }
  return best?.name ?? null;
}

function guessOf(column: ColumnSample, rows: number): ColumnGuess {
  const hasRange = column.min <= column.max;
  return {
    name: column.name,
    seen: column.seen,
    nullShare: column.nullShare(rows),
    min: hasRange ? column.min : null,
    max: hasRange ? column.max : null,
    example: column.example
  };
}
