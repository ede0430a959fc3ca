import { gatherBatch } from '../../batch/gather';
import { PlanError } from '../../error';
import type { SampleNode } from '../../plan/nodes/shaping';
import { fieldIndex } from '../../schema/schema';
import { saysNothing } from '../../time/progress-search';
import { WatermarkLog } from '../../time/watermark-log';
import { KeyTable } from '../../window/key-table';
import { newCounters } from '../counters';
import { onlyInput } from '../only-input';
import type { Chunk, Operator, OperatorSpec, Output, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { rowLetter } from '../row-letter';
import { RowHash } from './row-hash';

type SampleConfig = SampleNode['config'];

/** Keys whose rows are counted; a row of a further key goes to the dead letters. */
const KEYS_MAX = 1_000_000;
const FACTS_PER_CHUNK_MAX = 100;

/** Keeps some of the rows. */
export const sample: OperatorSpec<SampleConfig> = {
  op: 'sample',
  doc: 'Keeps one of every n rows of each key, the first among them, or a share of all rows. Which rows stay depends on the rows alone, so the same input gives the same sample: a share is chosen by a hash of key and event time, rows of one key and time stay or go together.',
  fields: [
    { name: 'every', type: 'number', doc: 'Keeps the 1st, (n + 1)th, (2n + 1)th … row of each key. Either this or share.' },
    { name: 'share', type: 'number', doc: 'Share of the rows to keep, 0…1.' },
    { name: 'seed', type: 'number', doc: 'Another seed gives another sample of the same share; 0…2^32 - 1.' }
  ],
  drops: 'The other rows, counted as dropped. With every: rows of keys beyond the limit, as dead letters KEY_LIMIT.',
  memory: `With every: a counter per key, at most ${KEYS_MAX} keys, which are never forgotten. With share: none.`,
  resolve(config, inputs, path) {
    const input = onlyInput(inputs, 'sample', path);
    if ('share' in config && !(config.share >= 0 && config.share <= 1)) throw new PlanError('SAMPLE_SHARE', `sample at ${path}: the share is ${config.share}; expected 0 to 1. Write 0.1 for every tenth row.`, { details: { path } });
    return input;
  },
  create(config, inputs, node) {
    const input = onlyInput(inputs, 'sample', node);
    return new SampleOperator(node, 'every' in config ? new EveryNth(input, config.every) : new Share(input, config.share, config.seed));
  }
};

/** What becomes of rows: 1 stays, 0 goes, -1 cannot be judged because there are too many keys. */
interface Sampler {
  judge(chunk: Chunk, into: Int8Array): void;
  snapshot(writer: SnapshotWriter): void;
  restore(reader: SnapshotReader): void;
}

class SampleOperator implements Operator {
  readonly counters = newCounters();
  private readonly log = new WatermarkLog();
  private verdicts = new Int8Array(64);

  constructor(
    private readonly node: string,
    private readonly sampler: Sampler
  ) {}

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    if (this.verdicts.length < batch.rowCount) this.verdicts = new Int8Array(batch.rowCount * 2);
    this.sampler.judge(chunk, this.verdicts);
    const kept = new Int32Array(batch.rowCount);
    let count = 0;
    let facts = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      if (this.verdicts[row] === 1) kept[count++] = row;
      else if (this.verdicts[row] === 0) {
        this.counters.dropped += 1;
        if (facts++ < FACTS_PER_CHUNK_MAX) this.report(chunk, row, output);
      } else this.refuse(chunk, row, output);
    }
    this.log.follow(progress);
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += count;
    this.counters.rowsOut += count;
    if (count === batch.rowCount) output.emit(chunk);
    else if (count > 0 || !saysNothing(progress)) output.emit({ batch: gatherBatch(batch, kept, count), progress });
  }

  snapshot(writer: SnapshotWriter): void {
    writer.f64(this.log.watermarkMs);
    this.sampler.snapshot(writer);
  }

  restore(reader: SnapshotReader): void {
    this.log.restore(reader.f64());
    this.sampler.restore(reader);
  }

  private report({ batch, progress }: Chunk, row: number, output: Output): void {
    const at = batch.at[row]!;
    output.dropped({ at, node: this.node, reason: 'dropped', eventTimeMs: batch.eventTimeMs[row]!, watermarkMs: this.log.watermarkAt(progress, at), windowEndMs: null });
  }

  private refuse({ batch }: Chunk, row: number, output: Output): void {
    this.counters.deadLetters += 1;
    output.deadLetter(rowLetter(this.node, batch, row, { code: 'KEY_LIMIT', message: `more than ${KEYS_MAX} keys. Key by a column with fewer values, or sample a share.` }));
  }
}

class EveryNth implements Sampler {
  private readonly keys: KeyTable;
  private keyOf = new Int32Array(64);
  /** Rows of each key since the last that stayed. */
  private counts: Float64Array = new Float64Array(64);

  constructor(
    input: StreamType,
    private readonly every: number
  ) {
    this.keys = new KeyTable(input, KEYS_MAX);
  }

  judge({ batch }: Chunk, into: Int8Array): void {
    if (this.keyOf.length < batch.rowCount) this.keyOf = new Int32Array(batch.rowCount * 2);
    this.keys.resolve(batch, 0, batch.rowCount, this.keyOf);
    this.grow();
    for (let row = 0; row < batch.rowCount; row++) {
      const key = this.keyOf[row]!;
      if (key < 0) into[row] = -1;
      else {
        const before = this.counts[key]!;
        into[row] = before === 0 ? 1 : 0;
        this.counts[key] = before + 1 === this.every ? 0 : before + 1;
      }
    }
  }

  snapshot(writer: SnapshotWriter): void {
    this.keys.save(writer);
    writer.f64s(this.counts.subarray(0, this.keys.size));
  }

  restore(reader: SnapshotReader): void {
    this.keys.load(reader);
    this.counts = reader.f64s();
    this.grow();
  }

  private grow(): void {
    if (this.counts.length >= this.keys.size) return;
    const grown = new Float64Array(this.keys.size * 2);
    grown.set(this.counts);
    this.counts = grown;
  }
}

class Share implements Sampler {
  private readonly hash: RowHash;
  /** Hashes below this stay. */
  private readonly below: number;

  constructor(input: StreamType, share: number, seed: number) {
    this.hash = new RowHash(input.keys.map(name => fieldIndex(input.schema, name)), seed);
    this.below = share * 2 ** 32;
  }

  judge({ batch }: Chunk, into: Int8Array): void {
    for (let row = 0; row < batch.rowCount; row++) into[row] = this.hash.hashOf(batch, row) < this.below ? 1 : 0;
  }

  snapshot(): void {
    return;
  }

  restore(): void {
    return;
  }
}
