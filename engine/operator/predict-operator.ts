import type { Batch, Column } from '../batch/batch';
import { concatBatches } from '../batch/concat';
import { nullColumn } from '../batch/empty';
import { gatherBatch } from '../batch/gather';
import { sliceBatch } from '../batch/slice';
import { assert } from '../error';
import type { PredictNode } from '../plan/plan';
import type { Schema } from '../schema/schema';
import { fieldIndex } from '../schema/schema';
import { saysNothing } from '../time/progress-search';
import { newCounters } from './counters';
import type { Chunk, InferenceAnswer, Operator, Output, Progress, Tensor } from './operator';
import { rowLetter } from './row-letter';
import { columnOf, tensorOf, tensorTypeOf } from './tensor-columns';

/** Rows of one inference request. */
export const ROWS_PER_REQUEST_MAX = 4096;

export interface PredictOptions {
  readonly config: PredictNode['config'];
  readonly node: string;
  readonly input: Schema;
  readonly schema: Schema;
}

/** A piece of a chunk: what the model is asked about, and the answer once it is there. */
interface Piece {
  readonly batch: Batch;
  /** Rows of `batch` that the model sees; others have a null input. */
  readonly asked: Int32Array;
  id: number | null;
  answer: InferenceAnswer | null;
}
interface Waiting {
  readonly pieces: readonly Piece[];
  readonly progress: Progress;
}

/**
 * Holds rows, and the progress behind them, until the host has answered. Chunks leave in the order in which they came,
 * each as a whole, so that downstream sees the same as without inference.
 */
export class PredictOperator implements Operator {
  readonly counters = newCounters();
  private readonly waiting: Waiting[] = [];
  private readonly tensorTypes: ReadonlyMap<string, Tensor['type']>;
  private readonly inputColumns: readonly number[];
  private nextId = 0;

  constructor(private readonly options: PredictOptions) {
    const inputs = Object.entries(options.config.inputs);
    this.tensorTypes = new Map(inputs.map(([tensor, columns]) => [tensor, tensorTypeOf(options.input, columns)]));
    this.inputColumns = [...new Set(inputs.flatMap(([, columns]) => columns))].map(name => fieldIndex(options.input, name));
  }

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsInState += batch.rowCount;
    const pieces: Piece[] = [];
    for (let from = 0; from < batch.rowCount; from += ROWS_PER_REQUEST_MAX) {
      pieces.push(this.ask(sliceBatch(batch, from, Math.min(batch.rowCount, from + ROWS_PER_REQUEST_MAX)), output));
    }
    this.waiting.push({ pieces, progress });
    this.release(output);
  }

  answer(answer: InferenceAnswer, output: Output): void {
    for (const { pieces } of this.waiting) {
      const piece = pieces.find(each => each.id === answer.id);
      if (piece === undefined) continue;
      assert(piece.answer === null, 'one answer per request');
      piece.answer = answer;
    }
    this.release(output);
  }

  snapshot(): void {
    assert(this.waiting.length === 0, 'no inference is pending at a step boundary');
  }

  restore(): void {
    this.waiting.length = 0;
  }

  private ask(batch: Batch, output: Output): Piece {
    const asked = this.rowsWithInputs(batch);
    if (asked.length === 0) return { batch, asked, id: null, answer: null };
    const full = asked.length === batch.rowCount ? batch : gatherBatch(batch, asked);
    const inputs: Record<string, Tensor> = {};
    for (const [tensor, columns] of Object.entries(this.options.config.inputs)) inputs[tensor] = tensorOf(full, columns, this.tensorTypes.get(tensor)!);
    const id = this.nextId++;
    output.requestInference({ id, node: this.options.node, model: this.options.config.model, inputs, rowCount: full.rowCount });
    return { batch, asked, id, answer: null };
  }

  private rowsWithInputs(batch: Batch): Int32Array {
    const validities = this.inputColumns.flatMap(index => batch.columns[index]!.validity ?? []);
    const rows = new Int32Array(batch.rowCount);
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) if (validities.every(validity => validity[row] === 1)) rows[count++] = row;
    return rows.slice(0, count);
  }

  private release(output: Output): void {
    for (let first = this.waiting[0]; first !== undefined && first.pieces.every(piece => piece.id === null || piece.answer !== null); first = this.waiting[0]) {
      this.waiting.shift();
      const batch = concatBatches(this.options.schema, first.pieces.map(piece => this.finish(piece, output)));
      this.counters.rowsReleased += batch.rowCount;
      this.counters.rowsOut += batch.rowCount;
      if (batch.rowCount > 0 || !saysNothing(first.progress)) output.emit({ batch, progress: first.progress });
    }
  }

  private finish(piece: Piece, output: Output): Batch {
    this.counters.rowsInState -= piece.batch.rowCount;
    const answered = this.columnsOf(piece);
    const failure = typeof answered === 'string' ? answered : null;
    if (failure === null && piece.asked.length === piece.batch.rowCount) return this.widened(piece.batch, answered as readonly Column[]);
    const columns = failure === null ? this.spread(answered as readonly Column[], piece) : this.outputs.map(output => nullColumn(output.type, piece.batch.rowCount));
    const widened = this.widened(piece.batch, columns);
    if (this.options.config.onError === 'null') return widened;
    const kept = failure === null ? piece.asked : new Int32Array(0);
    this.sendOthers(piece, kept, failure, output);
    return gatherBatch(widened, kept);
  }

  private get outputs(): readonly { readonly column: string; readonly type: Tensor['type'] }[] {
    return Object.values(this.options.config.outputs);
  }

  private widened(batch: Batch, columns: readonly Column[]): Batch {
    return { ...batch, schema: this.options.schema, columns: [...batch.columns, ...columns] };
  }

  /** The columns that the answer gives for the asked rows, or why it gives none. */
  private columnsOf(piece: Piece): readonly Column[] | string {
    const { answer, asked } = piece;
    if (answer === null) return [];
    const { model } = this.options.config;
    if ('error' in answer) return answer.error.message;
    const columns: Column[] = [];
    for (const [name, { type }] of Object.entries(this.options.config.outputs)) {
      const tensor = Object.hasOwn(answer.outputs, name) ? answer.outputs[name] : undefined;
      if (tensor === undefined) return `model "${model}" gave no output "${name}"; it gave ${Object.keys(answer.outputs).join(', ') || 'none'}. Correct the outputs of predict.`;
      const column = columnOf(tensor, type, asked.length);
      if (column === null) return `model "${model}" gave output "${name}" as ${tensor.type} [${tensor.dims.join(', ')}] for ${asked.length} rows; expected one value per row that fits ${type}. Correct the outputs of predict.`;
      columns.push(column);
    }
    return columns;
  }

  /** Columns of the asked rows over all rows of the piece; null for the others. */
  private spread(columns: readonly Column[], piece: Piece): readonly Column[] {
    const { rowCount } = piece.batch;
    const place = new Int32Array(rowCount).fill(-1);
    piece.asked.forEach((row, index) => (place[row] = index));
    return this.outputs.map(({ type }, index) => {
      const blank = nullColumn(type, rowCount);
      const column = columns[index];
      if (column === undefined) return blank;
      assert(blank.kind === column.kind && blank.validity !== null && blank.kind !== 'list' && blank.kind !== 'utf8' && column.kind !== 'list' && column.kind !== 'utf8', 'outputs are numbers');
      for (let row = 0; row < rowCount; row++) {
        if (place[row]! < 0) continue;
        blank.validity[row] = 1;
        (blank.values as Float64Array)[row] = (column.values as Float64Array)[place[row]!]!;
      }
      return blank;
    });
  }

  private sendOthers(piece: Piece, kept: Int32Array, failure: string | null, output: Output): void {
    let next = 0;
    for (let row = 0; row < piece.batch.rowCount; row++) {
      if (row === kept[next]) {
        next += 1;
        continue;
      }
      this.counters.deadLetters += 1;
      const message = failure ?? `an input of model "${this.options.config.model}" is null. Filter such rows before predict, or set onError to "null".`;
      output.deadLetter(rowLetter(this.options.node, piece.batch, row, { code: 'INFERENCE', message }));
    }
  }
}
