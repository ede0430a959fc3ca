import type { Batch, Column } from '../../batch/batch';
import { gatherBatch } from '../../batch/gather';
import { Utf8Builder } from '../../codec/column-builder';
import type { RuleSeverity } from '../../plan/nodes/validate';
import type { Schema } from '../../schema/schema';
import { saysNothing } from '../../time/progress-search';
import { KeyTable } from '../../window/key-table';
import { newCounters } from '../counters';
import type { Chunk, Operator, Output, Progress, SnapshotReader, SnapshotWriter, StreamType } from '../operator';
import { rowLetter } from '../row-letter';
import type { Rule } from './rules/rule';
import { BEYOND_LIMIT, BROKEN } from './rules/rule';

export const VALIDATE_KEYS_MAX = 1_000_000;
/** Name of the side output. */
export const INVALID = 'invalid';

export interface NamedRule {
  readonly name: string;
  readonly severity: RuleSeverity;
  readonly rule: Rule;
}
export interface ValidateOptions {
  readonly node: string;
  readonly input: StreamType;
  readonly schema: Schema;
  readonly rules: readonly NamedRule[];
  /** Whether the last column of `schema` is for the violations. */
  readonly hasViolations: boolean;
}

/** Rows on their way: which stay, which leave through the side output. */
interface Sorted {
  readonly kept: Int32Array;
  keptCount: number;
  readonly invalid: Int32Array;
  invalidCount: number;
}

export class ValidateOperator implements Operator {
  readonly counters = newCounters();
  private readonly violations: number[];
  private readonly keys: KeyTable | null;
  private keyOf = new Int32Array(64);
  private verdicts: Uint8Array[];
  private readonly names = new Utf8Builder();

  constructor(private readonly options: ValidateOptions) {
    this.violations = options.rules.map(() => 0);
    this.verdicts = options.rules.map(() => new Uint8Array(64));
    this.keys = options.rules.some(({ rule }) => rule.keyed) ? new KeyTable(options.input, VALIDATE_KEYS_MAX) : null;
  }

  /** Violations by rule. */
  get tallies(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.options.rules.map(({ name }, index) => [name, this.violations[index]!]));
  }

  process(chunk: Chunk, _port: number, output: Output): void {
    const { batch, progress } = chunk;
    this.resolveKeys(batch);
    this.judge(chunk);
    const sorted = this.sort(batch, output);
    const whole = this.options.hasViolations ? { ...batch, schema: this.options.schema, columns: [...batch.columns, this.violationsOf(batch)] } : batch;
    this.counters.rowsIn += batch.rowCount;
    this.counters.rowsReleased += sorted.keptCount + sorted.invalidCount;
    this.counters.rowsOut += sorted.keptCount;
    emitRows(whole, sorted.kept, sorted.keptCount, progress, piece => output.emit(piece));
    emitRows(whole, sorted.invalid, sorted.invalidCount, progress, piece => output.emitSide(INVALID, piece));
  }

  snapshot(writer: SnapshotWriter): void {
    this.keys?.save(writer);
    this.options.rules.forEach(({ rule }, index) => {
      writer.f64(this.violations[index]!);
      rule.snapshot(writer);
    });
  }

  restore(reader: SnapshotReader): void {
    this.keys?.load(reader);
    this.options.rules.forEach(({ rule }, index) => {
      this.violations[index] = reader.f64();
      rule.restore(reader);
    });
  }

  private resolveKeys(batch: Batch): void {
    if (this.keyOf.length < batch.rowCount) this.keyOf = new Int32Array(batch.rowCount * 2);
    if (this.keys !== null) this.keys.resolve(batch, 0, batch.rowCount, this.keyOf);
  }

  private judge(chunk: Chunk): void {
    const { rowCount } = chunk.batch;
    if (this.verdicts[0]!.length < rowCount) this.verdicts = this.verdicts.map(() => new Uint8Array(rowCount * 2));
    this.options.rules.forEach(({ rule }, index) => {
      const verdicts = this.verdicts[index]!.fill(0, 0, rowCount);
      let violations = rule.check(chunk, this.keyOf, verdicts);
      for (let row = 0; row < rowCount; row++) if (verdicts[row] === BROKEN) violations += 1;
      this.violations[index]! += violations;
    });
  }

  private sort(batch: Batch, output: Output): Sorted {
    const sorted: Sorted = { kept: new Int32Array(batch.rowCount), keptCount: 0, invalid: new Int32Array(batch.rowCount), invalidCount: 0 };
    for (let row = 0; row < batch.rowCount; row++) {
      const reason = this.reasonToDrop(batch, row);
      if (reason !== null) {
        this.counters.deadLetters += 1;
        output.deadLetter(rowLetter(this.options.node, batch, row, reason));
      } else if (this.isBroken(row, 'sideOutput')) sorted.invalid[sorted.invalidCount++] = row;
      else sorted.kept[sorted.keptCount++] = row;
    }
    return sorted;
  }

  private reasonToDrop(batch: Batch, row: number): { readonly code: string; readonly message: string } | null {
    if (this.keys !== null && this.keyOf[row]! < 0) return { code: 'KEY_LIMIT', message: `more than ${VALIDATE_KEYS_MAX} keys. Key by a column with fewer values.` };
    const { rules } = this.options;
    for (let index = 0; index < rules.length; index++) {
      const { name, severity, rule } = rules[index]!;
      const verdict = this.verdicts[index]![row];
      if (verdict === BEYOND_LIMIT) return { code: 'WINDOW_LIMIT', message: `rule "${name}": too many open windows. Use a longer everyMs or fewer keys.` };
      if (verdict === BROKEN && severity === 'drop') return { code: 'VALIDATION', message: `rule "${name}": ${rule.words(batch, row)}` };
    }
    return null;
  }

  private isBroken(row: number, wanted: RuleSeverity): boolean {
    return this.options.rules.some(({ severity }, index) => severity === wanted && this.verdicts[index]![row] === BROKEN);
  }

  private violationsOf(batch: Batch): Column {
    const { rules } = this.options;
    for (let row = 0; row < batch.rowCount; row++) {
      const broken = rules.filter((_, index) => this.verdicts[index]![row] === BROKEN);
      if (broken.length === 0) this.names.appendNull();
      else this.names.append(broken.map(({ name }) => name).join('; '));
    }
    const column = this.names.build();
    this.names.truncate(0);
    return column;
  }
}

function emitRows(batch: Batch, rows: Int32Array, count: number, progress: Progress, emit: (piece: Chunk) => void): void {
  if (count === batch.rowCount) emit({ batch, progress });
  else if (count > 0 || !saysNothing(progress)) emit({ batch: gatherBatch(batch, rows, count), progress });
}
