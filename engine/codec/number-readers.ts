import { assert } from '../error';
import type { AnyColumnBuilder } from './column-builder';
import { Int64Builder, NumberBuilder } from './column-builder';
import { FieldReader } from './field-reader';
import { takeNumberRun } from './number-run';

const INT32_MAX = 2 ** 31 - 1;
const EXACT_MAX = 2 ** 53 - 1;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

abstract class NumberReader extends FieldReader {
  protected target = new NumberBuilder('float64');
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof NumberBuilder, 'a number builder');
    this.target = builder;
  }
  get builder(): AnyColumnBuilder {
    return this.target;
  }
}

/** A reader whose columns are taken in runs. */
abstract class RunReader extends NumberReader {
  /** Largest magnitude of an integer in a run; null: fractions too. */
  protected readonly runMax: number | null = null;

  protected override takeRun(max: number): number {
    const { run } = this.scanner;
    let taken = 0;
    let count = 0;
    do {
      count = takeNumberRun(this.scanner, run, this.runMax);
      this.target.appendRun(run, count);
      taken += count;
    } while (count === run.length && taken < max);
    return taken;
  }
}

export class Float64Reader extends RunReader {
  protected readValue(): boolean {
    const value = this.scanner.readDouble(this.wanted);
    if (value !== value) return false;
    this.target.append(value);
    return true;
  }
}

export class Float32Reader extends RunReader {
  protected readValue(): boolean {
    const value = this.scanner.readDouble(this.wanted);
    if (value !== value) return false;
    if (!Number.isFinite(Math.fround(value))) return this.outOfRange();
    this.target.append(value);
    return true;
  }
}

export class Int32Reader extends RunReader {
  protected override readonly runMax = INT32_MAX;
  protected readValue(): boolean {
    const value = this.scanner.readInteger(this.wanted);
    if (value !== value) return false;
    if (value !== (value | 0)) return this.outOfRange();
    this.target.append(value);
    return true;
  }
}

export class TimestampReader extends RunReader {
  protected override readonly runMax = EXACT_MAX;
  protected readValue(): boolean {
    const value = this.scanner.readInteger(this.wanted);
    if (value !== value) return false;
    if (!Number.isFinite(value)) return this.outOfRange();
    this.target.append(value);
    return true;
  }
}

export class BoolReader extends NumberReader {
  protected readValue(): boolean {
    const value = this.scanner.readBool(this.wanted);
    if (value !== value) return false;
    this.target.append(value);
    return true;
  }
}

export class Int64Reader extends FieldReader {
  private target = new Int64Builder();
  bind(builder: AnyColumnBuilder): void {
    assert(builder instanceof Int64Builder, 'an int64 builder');
    this.target = builder;
  }
  get builder(): AnyColumnBuilder {
    return this.target;
  }
  protected override takeRun(max: number): number {
    const { run } = this.scanner;
    let taken = 0;
    let count = 0;
    do {
      count = takeNumberRun(this.scanner, run, EXACT_MAX);
      for (let i = 0; i < count; i++) this.target.appendNumber(run[i]!);
      taken += count;
    } while (count === run.length && taken < max);
    return taken;
  }
  protected readValue(): boolean {
    const start = this.scanner.position;
    const value = this.scanner.readInteger(this.wanted);
    if (value !== value) return false;
    if (Number.isFinite(value)) {
      this.target.appendNumber(value);
      return true;
    }
    return this.readLarge(start);
  }
  private readLarge(start: number): boolean {
    const { bytes, position } = this.scanner;
    if (position - start > 20) return this.outOfRange();
    const exact = BigInt(String.fromCharCode(...bytes.subarray(start, position)));
    if (exact < INT64_MIN || exact > INT64_MAX) return this.outOfRange();
    this.target.appendBigInt(exact);
    return true;
  }
}
