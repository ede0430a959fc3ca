import type { Batch, Column } from '../../batch/batch';
import { gatherBatch } from '../../batch/gather';
import { PlanError } from '../../error';
import type { CastNode, CastPolicy } from '../../plan/nodes/shaping';
import type { DataType, Field, Schema } from '../../schema/schema';
import { fieldIndex, isList, typeName } from '../../schema/schema';
import { saysNothing } from '../../time/progress-search';
import { newCounters } from '../counters';
import { onlyInput } from '../only-input';
import type { Chunk, Operator, OperatorSpec, Output, StreamType } from '../operator';
import { rowLetter } from '../row-letter';
import type { ColumnCast } from './cast-column';
import { columnCast } from './cast-column';
import { castsOf } from './cast-value';
import { refuseKey, requireField } from './require-field';
import { shownCell } from './shown-cell';

type CastConfig = CastNode['config'];

/**
 * Changes the type of columns. What each pair of types means:
 *
 *   number → integer, timestampMs   the same number; a fraction, NaN or a value out of range cannot be cast
 *   number → float64, float32       the nearest; a finite number beyond float32 cannot be cast
 *   number → bool                   0 and 1; others cannot be cast
 *   bool → number, text             0 or 1, "true" or "false"
 *   timestampMs ↔ number            milliseconds since 1970-01-01 UTC
 *   timestampMs ↔ text              RFC 3339: written with milliseconds and Z, read with any zone, fractions of a ms cut
 *   number → text                   the shortest text that reads back as the same double; "NaN", "Infinity"
 *   text → number                   decimal digits, fraction and exponent; "NaN" and "Infinity" for floats
 *   text → bool                     "true" and "false"
 *   text ↔ binary                   UTF-8; bytes that are not UTF-8 cannot be cast
 *   list → list                     every element as above; a list of another length than `size` cannot be cast
 *
 * `round` rounds fractions for integers and times (halves up, as the function `round`); `clamp` also takes the nearest value in range.
 */
export const cast: OperatorSpec<CastConfig> = {
  op: 'cast',
  doc: 'Changes the type of columns; names, places and units stay.',
  fields: [
    { name: 'columns', type: '{ name: type }', doc: "New types, e.g. { n: 'int32', x: { list: 'float32', size: 100 } }. Numbers, bools, times and texts can be cast to each other, lists to lists, binary to utf8 and back." },
    { name: 'policy', type: "'error' | 'null' | 'round' | 'clamp'", default: 'error', doc: 'What becomes of a value that the new type cannot hold: its row goes to the dead letters (error), the value becomes null, fractions are rounded (round), or the nearest value in range is taken as well (clamp). What round and clamp cannot mend (a text that is no number, NaN as an integer) is an error.' }
  ],
  drops: 'Rows with a value that cannot be cast: dead letters CAST; none with policy null.',
  memory: 'None.',
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'cast', path);
    return { schema: castSchema(config, input, path), keys: input.keys };
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'cast', node);
    return new CastOperator({ config, node, input: input.schema, schema: castSchema(config, input, node) });
  }
};

function castSchema(config: CastConfig, input: StreamType, path: string): Schema {
  const types = new Map(Object.entries(config.columns));
  for (const [name, type] of types) {
    const field = requireField(input.schema, name, 'cast', path);
    refuseKey(input.keys, name, { op: 'cast', path, advice: 'Cast it before keyBy.' });
    refusePair(field, type, path);
  }
  return { fields: input.schema.fields.map(field => castField(field, types.get(field.name), config.policy)) };
}

function castField(field: Field, type: DataType | undefined, policy: CastPolicy): Field {
  return type === undefined ? field : { ...field, type, nullable: field.nullable || (policy === 'null' && typeName(type) !== typeName(field.type)) };
}

function refusePair({ name, type: from }: Field, to: DataType, path: string): void {
  const fits = isList(from) || isList(to) ? isList(from) && isList(to) : castsOf(from).includes(to);
  if (fits) return;
  const possible = isList(from) ? 'another list, e.g. { list: "float32" }' : castsOf(from).join(', ');
  throw new PlanError('CAST_TYPE', `cast("${name}") at ${path}: ${typeName(from)} cannot become ${typeName(to)}; expected ${possible}. Choose one of these, or compute the column with derive.`, { details: { path, column: name } });
}

class CastOperator implements Operator {
  readonly counters = newCounters();
  private readonly casts: readonly { readonly name: string; readonly index: number; readonly to: DataType; readonly cast: ColumnCast }[];

  constructor(private readonly options: { readonly config: CastConfig; readonly node: string; readonly input: Schema; readonly schema: Schema }) {
    const { config, input } = options;
    this.casts = Object.entries(config.columns).map(([name, to]) => {
      const index = fieldIndex(input, name);
      return { name, index, to, cast: columnCast(input.fields[index]!.type, to, config.policy) };
    });
  }

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    const columns: Column[] = [...batch.columns];
    const reasons: (string | undefined)[] = [];
    for (const { name, index, to, cast } of this.casts) {
      const { column, failed } = cast(batch.columns[index]!, batch.rowCount);
      columns[index] = column;
      if (failed !== null && this.options.config.policy !== 'null') noteFailures(failed, reasons, row => `cast("${name}"): ${shownCell(batch, index, row)} is no ${typeName(to)}`);
    }
    const whole: Batch = { ...batch, schema: this.options.schema, columns };
    const kept = reasons.length === 0 ? whole : this.sendAway(batch, whole, reasons, output);
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += kept.rowCount;
    this.counters.rowsOut += kept.rowCount;
    if (kept.rowCount > 0 || !saysNothing(progress)) output.emit({ batch: kept, progress });
  }

  snapshot(): void {
    return;
  }

  restore(): void {
    return;
  }

  /** `whole` without the rows that have a reason to go; their letters hold the values as they came in. */
  private sendAway(batch: Batch, whole: Batch, reasons: readonly (string | undefined)[], output: Output): Batch {
    const rows = new Int32Array(batch.rowCount);
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const message = reasons[row];
      if (message === undefined) rows[count++] = row;
      else output.deadLetter(rowLetter(this.options.node, batch, row, { code: 'CAST', message }));
    }
    this.counters.deadLetters += batch.rowCount - count;
    return gatherBatch(whole, rows, count);
  }
}

/** Writes the first reason of each failed row. */
function noteFailures(failed: Uint8Array, reasons: (string | undefined)[], reasonOf: (row: number) => string): void {
  for (let row = failed.indexOf(1); row >= 0; row = failed.indexOf(1, row + 1)) reasons[row] ??= reasonOf(row);
}
