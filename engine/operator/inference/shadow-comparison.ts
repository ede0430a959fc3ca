import type { Column } from '../../batch/batch';
import type { SnapshotReader, SnapshotWriter } from '../operator';

/** How the answers of a model in the shadow compare with those of the live one. */
export class ShadowComparison {
  private compared = 0;
  private agreed = 0;
  private failed = 0;
  private maxDifference = 0;
  private sumOfDifferences = 0;
  private measured = 0;

  /** Values up to `tolerance` apart agree. */
  constructor(private readonly tolerance: number) {}

  /** Rows that both answered, those that agree in every output, rows that only the live model answered, and how far numbers are apart. */
  get tallies(): Readonly<Record<string, number>> {
    const { compared, agreed, failed, maxDifference, sumOfDifferences, measured } = this;
    return { compared, agreed, failed, maxDifference, meanDifference: measured === 0 ? 0 : sumOfDifferences / measured };
  }

  /** The shadow gave no answer for a row that the live model answered. */
  fail(): void {
    this.failed += 1;
  }

  /** Compares row `row` of pairs of columns of one kind, the live one first. */
  compare(pairs: readonly (readonly [Column, Column])[], row: number): void {
    this.compared += 1;
    let agree = true;
    for (const [live, shadow] of pairs) if (!this.agrees(live, shadow, row)) agree = false;
    if (agree) this.agreed += 1;
  }

  snapshot(writer: SnapshotWriter): void {
    for (const value of [this.compared, this.agreed, this.failed, this.maxDifference, this.sumOfDifferences, this.measured]) writer.f64(value);
  }

  restore(reader: SnapshotReader): void {
    this.compared = reader.f64();
    this.agreed = reader.f64();
    this.failed = reader.f64();
    this.maxDifference = reader.f64();
    this.sumOfDifferences = reader.f64();
    this.measured = reader.f64();
  }

  private agrees(live: Column, shadow: Column, row: number): boolean {
    if (live.kind !== 'list' || shadow.kind !== 'list') return this.isNear(numberAt(live, row), numberAt(shadow, row));
    const [from, until] = [live.offsets[row]!, live.offsets[row + 1]!];
    const fromShadow = shadow.offsets[row]!;
    if (until - from !== shadow.offsets[row + 1]! - fromShadow) return false;
    let near = true;
    for (let i = from; i < until; i++) if (!this.isNear(Number(live.values[i]), Number(shadow.values[fromShadow + i - from]))) near = false;
    return near;
  }

  private isNear(live: number, shadow: number): boolean {
    if (Object.is(live, shadow)) {
      this.measured += 1;
      return true;
    }
    const difference = Math.abs(live - shadow);
    if (!Number.isFinite(difference)) return false;
    this.measured += 1;
    this.sumOfDifferences += difference;
    this.maxDifference = Math.max(this.maxDifference, difference);
    return difference <= this.tolerance;
  }
}

function numberAt(column: Column, row: number): number {
  return 'values' in column ? Number(column.values[row]) : NaN;
}
