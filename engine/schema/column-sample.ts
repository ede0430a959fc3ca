import { encodeBase64 } from '../codec/base64';
import type { DataType, Field } from './schema';
import type { SampleValue } from './sample-value';

const EXAMPLE_LENGTH_MAX = 60;
const INT32_LIMIT = 2 ** 31;
const INT64_LIMIT = 2 ** 63;
const SMALL_INTEGER_SAMPLES_MIN = 5;
const YEAR_2000_MS = 946_684_800_000;
const YEAR_2100_MS = 4_102_444_800_000;
const TIME_NAMES = ['eventtimems', 'eventtime', 'timestampms', 'timestamp', 'timems', 'time', 'ts', 'tms', 't', 'datetime', 'date', 'measuredat', 'createdat'];

type Kind = 'bool' | 'number' | 'text' | 'list' | 'bytes' | 'time';

/** What the samples say about one column. */
export class ColumnSample {
  seen = 0;
  min = Infinity;
  max = -Infinity;
  example = '';
  private nulls = 0;
  private integers = 0;
  private readonly kinds: Record<Kind, number> = { bool: 0, number: 0, text: 0, list: 0, bytes: 0, time: 0 };
  /** Why the column cannot be decoded; null when it can. */
  refusal: string | null = null;

  constructor(readonly name: string) {}

  add(value: SampleValue): void {
    this.seen += 1;
    if (value.kind === 'null') {
      this.nulls += 1;
      return;
    }
    if (this.example === '') this.example = exampleOf(value);
    if (value.kind === 'object') {
      this.refusal = 'it holds an object; only scalars and lists of numbers become columns';
      return;
    }
    this.kinds[value.kind] += 1;
    if (value.kind === 'number') this.addNumber(value.value, value.integer);
    else if (value.kind === 'list') this.addList(value.items);
  }

  nullShare(rows: number): number {
    return rows === 0 ? 0 : (this.nulls + rows - this.seen) / rows;
  }

  field(rows: number): Field {
    return { name: this.name, type: this.type(), nullable: this.nullShare(rows) > 0 };
  }

  /** -1 for times that say so, 0 for the best name of an event time, higher for worse; null when the column cannot be one. */
  get eventTimeRank(): number | null {
    if (this.kinds.time > 0 && this.commonest() === 'time') return -1;
    if (!this.allIntegers || this.min < YEAR_2000_MS || this.max > YEAR_2100_MS) return null;
    const rank = TIME_NAMES.indexOf(this.name.toLowerCase().replace(/[_-]/g, ''));
    if (rank >= 0) return rank;
    return /time|date|stamp|Ms$|At$/i.test(this.name) ? TIME_NAMES.length : TIME_NAMES.length + 1;
  }

  private addNumber(value: number, integer: boolean): void {
    if (integer) this.integers += 1;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
  }

  private addList(items: readonly SampleValue[]): void {
    for (const item of items) {
      if (item.kind !== 'number') {
        this.refusal = `it holds a list with ${item.kind === 'null' ? 'null' : `a ${item.kind}`} in it; only lists of numbers become columns`;
        return;
      }
      this.min = Math.min(this.min, item.value);
      this.max = Math.max(this.max, item.value);
    }
  }

  private get allIntegers(): boolean {
    return this.integers > 0 && this.integers === this.kinds.number && this.commonest() === 'number';
  }

  private commonest(): Kind {
    const kinds = Object.entries(this.kinds) as [Kind, number][];
    return kinds.reduce((best, next) => (next[1] > best[1] ? next : best))[0];
  }

  private type(): DataType {
    const kind = this.commonest();
    if (this.kinds[kind] === 0 || kind === 'text') return 'utf8';
    if (kind === 'list') return { list: 'float64' };
    if (kind === 'bool') return 'bool';
    if (kind === 'bytes') return 'binary';
    if (kind === 'time') return 'timestampMs';
    if (!this.allIntegers) return 'float64';
    if (this.min >= -INT32_LIMIT && this.max < INT32_LIMIT) return this.integers >= SMALL_INTEGER_SAMPLES_MIN ? 'int32' : 'float64';
    if (this.min <= -INT64_LIMIT || this.max >= INT64_LIMIT) return 'float64';
    const rank = this.eventTimeRank;
    return rank !== null && rank <= TIME_NAMES.length ? 'timestampMs' : 'int64';
  }
}

function exampleOf(value: SampleValue): string {
  const text = JSON.stringify(plainOf(value));
  return text.length > EXAMPLE_LENGTH_MAX ? `${text.slice(0, EXAMPLE_LENGTH_MAX - 1)}…` : text;
}

function plainOf(value: SampleValue): unknown {
  if (value.kind === 'null') return null;
  if (value.kind === 'bytes') return encodeBase64(value.value);
  if (value.kind === 'list') return value.items.slice(0, EXAMPLE_LENGTH_MAX).map(plainOf);
  if (value.kind === 'object') return Object.fromEntries([...value.members].map(([name, member]) => [name, plainOf(member)]));
  return value.value;
}
