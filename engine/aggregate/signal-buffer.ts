import type { Column } from '../batch/batch';
import { assert } from '../error';
import { FftPlans } from '../signal/fft';
import type { AggregateInput, AggregateState, StateBound, StateSet } from './aggregate';
import type { ArrivalBlock } from './arrival';
import type { RowBlock } from './block';
import { DISCARD_CELL } from './block';
import { valueCountAt } from './held-values';
import { ObjectCells } from './object-cells';
import { PIECE_NUMBERS, SignalCell } from './signal-cell';

export interface SignalLimits {
  /** Samples of one window and key. */
  readonly cellSamplesMax: number;
  /** Numbers of 8 bytes of all windows and keys of one column: a sample each, and four more per row. */
  readonly numbersMax: number;
}

export const SIGNAL_LIMITS: SignalLimits = { cellSamplesMax: 1_048_576, numbersMax: 33_554_432 };

/** Described by every aggregate of whole signals. */
export const SIGNAL_MEMORY = `The signal is the window's samples in order of event time; nulls are skipped. Keeps at most ${SIGNAL_LIMITS.cellSamplesMax} samples per window and key, and ${SIGNAL_LIMITS.numbersMax} numbers per column in all (one per sample, four per row); rows beyond go to the dead letters (SAMPLE_LIMIT).`;

/** Keeps the samples of each cell, so that pieces of a signal that overtook one another on the way stand where they belong. */
export class SignalBuffer implements AggregateState {
  readonly store: ObjectCells<SignalCell>;
  readonly bound: StateBound;
  /** For all who transform these samples. */
  readonly plans = new FftPlans();
  private readonly reserved = new Map<number, number>();
  private reservedNumbers = 0;
  private held = 0;

  constructor(
    private readonly columnIndex: number,
    private readonly arrival: ArrivalBlock,
    private readonly limits: SignalLimits = SIGNAL_LIMITS
  ) {
    this.store = new ObjectCells(
      () => new SignalCell(),
      by => void (this.held += by)
    );
    this.bound = {
      code: 'SAMPLE_LIMIT',
      message: `a window would keep more than ${limits.cellSamplesMax} samples, or all windows together more than ${limits.numbersMax} numbers. Use smaller windows or fewer keys.`,
      admits: (block, index) => this.admits(block.cells[index]!, samplesAt(block, index, columnIndex)),
      reserve: (block, index) => this.reserve(block.cells[index]!, samplesAt(block, index, columnIndex))
    };
  }

  add(block: RowBlock): void {
    const column = block.batch.columns[this.columnIndex]!;
    const { at, place } = this.arrival;
    for (let i = 0; i < block.count; i++) {
      const cell = block.cells[i]!;
      if (cell === DISCARD_CELL) continue;
      const row = block.from + i;
      const sampleCount = valueCountAt(column, row);
      if (sampleCount === 0) continue;
      const signal = this.store.at(cell);
      const before = signal.size;
      signal.begin(block.batch.eventTimeMs[row]!, at[row]!, place[row]!, sampleCount);
      appendSamples(signal, column, row);
      this.held += signal.size - before;
    }
    this.reserved.clear();
    this.reservedNumbers = 0;
  }

  merge(into: number, from: number): void {
    const source = this.store.find(from);
    if (source === undefined) return;
    this.store.at(into).merge(source);
    this.held += source.size;
  }

  /** The signal of `cell`, null when it has no samples. Valid until the next change. */
  samplesOf(cell: number): Float64Array | null {
    return this.store.find(cell)?.ordered() ?? null;
  }

  sampleCount(cell: number): number {
    return this.store.find(cell)?.sampleCount ?? 0;
  }

  private admits(cell: number, added: number): boolean {
    if (added === 0) return true;
    return this.held + this.reservedNumbers + added + PIECE_NUMBERS <= this.limits.numbersMax && this.samplesIn(cell) + added <= this.limits.cellSamplesMax;
  }

  private reserve(cell: number, added: number): void {
    if (added === 0) return;
    this.reservedNumbers += added + PIECE_NUMBERS;
    this.reserved.set(cell, this.samplesIn(cell) + added);
  }

  private samplesIn(cell: number): number {
    return this.reserved.get(cell) ?? this.sampleCount(cell);
  }
}

/** The samples of `input`'s column, shared by all aggregates that need them. */
export function signalOf(input: AggregateInput, states: StateSet): SignalBuffer {
  return states.use(`signal:${input.columnIndex}`, () => new SignalBuffer(input.columnIndex, states.arrival()));
}

function appendSamples(signal: SignalCell, column: Column, row: number): void {
  if (column.kind === 'list') {
    for (let i = column.offsets[row]!; i < column.offsets[row + 1]!; i++) signal.append(column.values[i]!);
    return;
  }
  assert(column.kind !== 'utf8' && column.kind !== 'binary', `samples, not ${column.kind}`);
  signal.append(Number(column.values[row]));
}

function samplesAt(block: RowBlock, index: number, columnIndex: number): number {
  return valueCountAt(block.batch.columns[columnIndex]!, block.from + index);
}
