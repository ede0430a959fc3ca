import type { Batch, Column } from '../../batch/batch';
import { gatherBatch } from '../../batch/gather';
import { assert } from '../../error';
import type { PredictNode, PredictOutputs } from '../../plan/nodes/predict';
import type { Schema } from '../../schema/schema';
import type { Reason } from '../../window/state-cells';
import { saysNothing } from '../../time/progress-search';
import { newCounters } from '../counters';
import type { Chunk, InferenceAnswer, Operator, Output, Progress, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { rowLetter } from '../row-letter';
import { OutputColumn } from './output-column';
import { RECURRENT_KEYS_MAX, RecurrentState } from './recurrent-state';
import { RequestInputs } from './request-inputs';
import { ShadowComparison } from './shadow-comparison';

export interface PredictOptions {
  readonly config: PredictNode['config'];
  readonly node: string;
  readonly input: StreamType;
  readonly schema: Schema;
}

/** A model of the node, and the columns that it fills in a chunk. */
interface Model {
  readonly name: string;
  readonly outputs: PredictOutputs;
}

/** A chunk whose rows wait for answers. */
interface Waiting {
  readonly batch: Batch;
  readonly progress: Progress;
  /** Per model its columns. */
  readonly columns: ReadonlyMap<Model, readonly OutputColumn[]>;
  /** Why rows have no answer of the live model. */
  readonly failures: Map<number, Reason>;
  /** Rows that the model in the shadow gave no answer for. */
  readonly shadowFailures: Set<number>;
  /** Answers that are missing. */
  open: number;
  started: boolean;
}

interface Ask {
  readonly waiting: Waiting;
  readonly model: Model;
  readonly rows: Int32Array;
  /** Recurrent models: the key, and its rows that come after this one. */
  readonly key: string;
  readonly later: readonly number[];
}

/**
 * Holds rows, and the progress behind them, until the host has answered. Chunks leave in the order in which they came,
 * each as a whole, so that downstream sees the same as without inference.
 *
 * A recurrent model gets the rows of a key one by one, the next when the last has been answered; other keys go on meanwhile.
 */
export class PredictOperator implements Operator {
  readonly counters = newCounters();
  private readonly live: Model;
  private readonly shadow: Model | null;
  private readonly comparison: ShadowComparison | null;
  private readonly state: RecurrentState | null;
  private readonly inputs: RequestInputs;
  private readonly waiting: Waiting[] = [];
  private readonly asked = new Map<number, Ask>();
  private nextId = 0;

  constructor(private readonly options: PredictOptions) {
    const { config, input } = options;
    this.live = { name: config.model, outputs: config.outputs };
    this.shadow = config.shadow === undefined ? null : { name: config.shadow.model, outputs: config.shadow.outputs ?? config.outputs };
    this.comparison = config.shadow === undefined ? null : new ShadowComparison(config.shadow.tolerance ?? 0);
    this.state = config.state === undefined ? null : new RecurrentState(config.state, input);
    this.inputs = new RequestInputs(config.inputs, input.schema, config.shapes);
  }

  /** How a model in the shadow compares. */
  get tallies(): Readonly<Record<string, number>> | undefined {
    return this.comparison?.tallies;
  }

  process({ batch, progress }: Chunk, _port: number, output: Output): void {
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsInState += batch.rowCount;
    const models = this.shadow === null ? [this.live] : [this.live, this.shadow];
    const columns = new Map(models.map(model => [model, Object.values(model.outputs).map(({ type }) => new OutputColumn(type, batch.rowCount))]));
    this.waiting.push({ batch, progress, columns, failures: new Map(), shadowFailures: new Set(), open: 0, started: false });
    this.goOn(output);
  }

  answer(answer: InferenceAnswer, output: Output): void {
    const ask = this.asked.get(answer.id);
    assert(ask !== undefined, 'one answer per request');
    this.asked.delete(answer.id);
    ask.waiting.open -= 1;
    const problem = this.take(ask, answer);
    if (problem !== null && ask.model === this.live) for (const row of ask.rows) ask.waiting.failures.set(row, notAnswered(problem));
    if (problem !== null && ask.model === this.shadow) for (const row of ask.rows) ask.waiting.shadowFailures.add(row);
    if (this.state !== null) this.askNext(ask.waiting, ask.key, ask.later, output);
    this.goOn(output);
  }

  snapshot(writer: SnapshotWriter): void {
    assert(this.waiting.length === 0, 'no inference is pending at a step boundary');
    this.state?.save(writer);
    this.comparison?.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.state?.load(reader);
    this.comparison?.restore(reader);
  }

  /** Asks about chunks that can be asked about, lets those go that have all their answers. */
  private goOn(output: Output): void {
    for (const waiting of this.waiting) {
      if (this.state !== null && waiting !== this.waiting[0]) break;
      if (!waiting.started) this.start(waiting, output);
    }
    for (let first = this.waiting[0]; first !== undefined && first.started && first.open === 0; first = this.waiting[0]) {
      this.waiting.shift();
      this.finish(first, output);
      if (this.state !== null && this.waiting[0] !== undefined) this.start(this.waiting[0], output);
    }
  }

  private start(waiting: Waiting, output: Output): void {
    waiting.started = true;
    const { model, rowsPerRequest } = this.options.config;
    const { complete, incomplete } = this.inputs.split(waiting.batch);
    for (const row of incomplete) waiting.failures.set(row, notAnswered(`an input of model "${model}" is null. Filter such rows before predict, or set onError to "null".`));
    if (this.state !== null) {
      this.startKeys(waiting, complete, output);
      return;
    }
    for (const rows of this.inputs.requestRows(waiting.batch, complete, rowsPerRequest)) {
      for (const asked of waiting.columns.keys()) this.ask({ waiting, model: asked, rows, key: '', later: [] }, output);
    }
  }

  private startKeys(waiting: Waiting, rows: Int32Array, output: Output): void {
    const rowsOf = new Map<string, number[]>();
    for (const row of rows) {
      const key = this.state!.keyOf(waiting.batch, row);
      const known = rowsOf.get(key);
      if (known === undefined) rowsOf.set(key, [row]);
      else known.push(row);
    }
    for (const [key, ofKey] of rowsOf) this.askNext(waiting, key, ofKey, output);
  }

  private askNext(waiting: Waiting, key: string, rows: readonly number[], output: Output): void {
    const [row, ...later] = rows;
    if (row === undefined) return;
    if (this.state!.admits(key)) {
      this.ask({ waiting, model: this.live, rows: Int32Array.of(row), key, later }, output);
      return;
    }
    for (const each of rows) waiting.failures.set(each, { code: 'KEY_LIMIT', message: `more than ${RECURRENT_KEYS_MAX} keys have a state of model "${this.live.name}". Key by a column with fewer values.` });
  }

  private ask(ask: Ask, output: Output): void {
    const id = this.nextId++;
    const { waiting, model, rows, key } = ask;
    waiting.open += 1;
    this.asked.set(id, ask);
    const inputs = this.inputs.tensors(waiting.batch, rows);
    output.requestInference({ id, node: this.options.node, model: model.name, inputs: this.state === null ? inputs : { ...inputs, ...this.state.tensorsOf(key) }, rowCount: rows.length, ...(model === this.shadow ? { shadow: true } : {}) });
  }

  /** Puts an answer into the columns; the sentence that says why it gave none, or null. */
  private take({ waiting, model, rows, key }: Ask, answer: InferenceAnswer): string | null {
    if ('error' in answer) return answer.error.message;
    const columns = waiting.columns.get(model)!;
    for (const [index, [name, { type }]] of Object.entries(model.outputs).entries()) {
      const tensor = Object.hasOwn(answer.outputs, name) ? answer.outputs[name] : undefined;
      if (tensor === undefined) return `model "${model.name}" gave no output "${name}"; it gave ${Object.keys(answer.outputs).join(', ') || 'none'}. Correct the outputs of predict.`;
      if (!columns[index]!.fill(tensor, rows)) return `model "${model.name}" gave output "${name}" as ${tensor.type} [${tensor.dims.join(', ')}] for ${rows.length} rows; expected ${typeof type === 'string' ? `one value per row that fits ${type}` : `a list of ${type.size ?? 'any number of'} ${type.list} per row`}. Correct the outputs of predict.`;
    }
    const problem = this.state?.follow(key, answer.outputs) ?? null;
    return problem === null ? null : `model "${model.name}": ${problem}`;
  }

  private finish(waiting: Waiting, output: Output): void {
    const { batch, progress, columns, failures } = waiting;
    const { onError, shadow } = this.options.config;
    this.counters.rowsInState -= batch.rowCount;
    this.compare(waiting);
    if (onError === 'fallback') this.fallBack(columns.get(this.live)!, [...failures.keys()]);
    const leaving = [...columns].filter(([model]) => model === this.live || shadow?.outputs !== undefined);
    const added: Column[] = leaving.flatMap(([, each]) => each.map(column => column.build()));
    const widened: Batch = { ...batch, schema: this.options.schema, columns: [...batch.columns, ...added] };
    const released = onError === 'deadLetter' && failures.size > 0 ? this.withoutFailed(widened, failures, batch, output) : widened;
    this.counters.rowsReleased += released.rowCount;
    this.counters.rowsOut += released.rowCount;
    if (released.rowCount > 0 || !saysNothing(progress)) output.emit({ batch: released, progress });
  }

  /** Before fallbacks are put in: only what both models gave is compared. */
  private compare({ batch, columns, failures, shadowFailures }: Waiting): void {
    const { comparison, shadow, live } = this;
    if (comparison === null || shadow === null) return;
    const shadowNames = Object.keys(shadow.outputs);
    const pairs = Object.keys(live.outputs).flatMap((name, index) => {
      const other = shadowNames.indexOf(name);
      return other < 0 ? [] : [[columns.get(live)![index]!.build(), columns.get(shadow)![other]!.build()] as const];
    });
    for (let row = 0; row < batch.rowCount; row++) {
      if (failures.has(row)) continue;
      if (shadowFailures.has(row)) comparison.fail();
      else comparison.compare(pairs, row);
    }
  }

  private fallBack(columns: readonly OutputColumn[], rows: readonly number[]): void {
    const { fallback = {}, outputs } = this.options.config;
    Object.values(outputs).forEach(({ column }, index) => {
      const value = fallback[column];
      if (value !== undefined) columns[index]!.fillWith(value, rows);
    });
  }

  private withoutFailed(widened: Batch, failures: ReadonlyMap<number, Reason>, batch: Batch, output: Output): Batch {
    const kept = new Int32Array(batch.rowCount - failures.size);
    let count = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const failure = failures.get(row);
      if (failure === undefined) {
        kept[count++] = row;
        continue;
      }
      this.counters.deadLetters += 1;
      output.deadLetter(rowLetter(this.options.node, batch, row, failure));
    }
    return gatherBatch(widened, kept);
  }
}

function notAnswered(message: string): Reason {
  return { code: 'INFERENCE', message };
}
