import type { SnapshotReader, SnapshotWriter } from '../operator/operator';
import { Numbering, type MissingRun } from './numbering';

/** Devices whose numbers are watched; further ones are only counted as unwatched records. */
export const GAP_DEVICES_MAX = 100_000;
const FACTS_MAX = 100;
const MAX_GAP = 1_000_000;

/** Numbers `first` to `last` of `device` never came. */
export interface GapFact {
  readonly device: string;
  readonly first: number;
  readonly last: number;
  /** Event time of the record that came instead. */
  readonly sinceMs: number;
}

export interface GapFigures {
  /** Numbers that never came. */
  readonly missing: number;
  /** How often a device began to number anew. */
  readonly restarts: number;
  /** Records without a usable number, or of too many devices. */
  readonly unwatched: number;
  /** The last gaps, oldest first, at most 100. */
  readonly facts: readonly GapFact[];
}

interface Device {
  current: Numbering;
  /** The numbering before the last restart, for records that come late. */
  previous: Numbering | null;
}

/**
 * Counts the numbers that devices gave their records and that never came. A number may come out of order until event time of
 * its device is `maxOutOfOrdernessMs` past the moment at which it was missed. A lower number with a newer event time than any
 * before, or a jump of more than `maxGap`, is a new numbering: a restart or a wrap, not a loss.
 */
export class GapDetector {
  private readonly devices = new Map<string, Device>();
  private missing = 0;
  private restarts = 0;
  private unwatched = 0;
  private facts: GapFact[] = [];
  private readonly maxGap: number;

  constructor(private readonly options: { readonly maxOutOfOrdernessMs: number; readonly maxGap?: number }) {
    this.maxGap = options.maxGap ?? MAX_GAP;
  }

  /** A record of `device` came; NaN for a number or time that is not there. */
  observe(device: string, number: number, eventTimeMs: number): void {
    const known = this.devices.get(device);
    if (!Number.isSafeInteger(number) || Number.isNaN(eventTimeMs) || (known === undefined && this.devices.size === GAP_DEVICES_MAX)) {
      this.unwatched++;
      return;
    }
    if (known === undefined) {
      this.devices.set(device, { current: new Numbering(number, eventTimeMs), previous: null });
      return;
    }
    this.take(device, known, number, eventTimeMs);
    const newestMs = known.current.newestMs;
    this.lose(device, known.current.giveUp(newestMs - this.options.maxOutOfOrdernessMs));
    if (known.previous === null) return;
    this.lose(device, known.previous.giveUp(newestMs - this.options.maxOutOfOrdernessMs));
    if (known.previous.open.length === 0 && known.previous.newestMs < newestMs - this.options.maxOutOfOrdernessMs) known.previous = null;
  }

  /** Nothing more will come. */
  end(): void {
    for (const [device, { current, previous }] of this.devices) {
      if (previous !== null) this.lose(device, previous.giveUp(Infinity));
      this.lose(device, current.giveUp(Infinity));
    }
  }

  figures(): GapFigures {
    const { missing, restarts, unwatched, facts } = this;
    return { missing, restarts, unwatched, facts: [...facts] };
  }

  snapshot(writer: SnapshotWriter): void {
    for (const count of [this.missing, this.restarts, this.unwatched]) writer.f64(count);
    writer.u32(this.facts.length);
    for (const { device, first, last, sinceMs } of this.facts) {
      writer.text(device);
      writer.f64s(Float64Array.of(first, last, sinceMs));
    }
    writer.u32(this.devices.size);
    for (const [name, { current, previous }] of this.devices) {
      writer.text(name);
      writer.u32(previous === null ? 0 : 1);
      previous?.snapshot(writer);
      current.snapshot(writer);
    }
  }

  restore(reader: SnapshotReader): void {
    this.missing = reader.f64();
    this.restarts = reader.f64();
    this.unwatched = reader.f64();
    this.facts = Array.from({ length: reader.u32() }, () => {
      const device = reader.text();
      const [first = 0, last = 0, sinceMs = 0] = reader.f64s();
      return { device, first, last, sinceMs };
    });
    this.devices.clear();
    for (let count = reader.u32(); count > 0; count--) {
      const name = reader.text();
      const previous = reader.u32() === 1 ? Numbering.restore(reader) : null;
      this.devices.set(name, { current: Numbering.restore(reader), previous });
    }
  }

  private take(name: string, device: Device, number: number, eventTimeMs: number): void {
    const { current, previous } = device;
    const isNewest = eventTimeMs > current.newestMs;
    if (number > current.highest) {
      if (!isNewest && previous !== null && this.follows(previous, number)) return void this.lose(name, previous.advance(number, previous.newestMs));
      if (number - current.highest - 1 > this.maxGap) return this.restart(device, number, eventTimeMs, name);
      this.lose(name, current.advance(number, eventTimeMs));
    } else if (!current.fill(number) && previous?.fill(number) !== true && isNewest) return this.restart(device, number, eventTimeMs, name);
    if (isNewest) current.newestMs = eventTimeMs;
  }

  /** Whether a late record continues the numbering before the restart. */
  private follows(previous: Numbering, number: number): boolean {
    return number > previous.highest && number - previous.highest - 1 <= this.maxGap;
  }

  private restart(device: Device, number: number, eventTimeMs: number, name: string): void {
    if (device.previous !== null) this.lose(name, device.previous.giveUp(Infinity));
    device.previous = device.current;
    device.current = new Numbering(number, eventTimeMs);
    this.restarts++;
  }

  private lose(device: string, runs: readonly MissingRun[]): void {
    for (const { first, last, sinceMs } of runs) {
      this.missing += last - first + 1;
      this.facts.push({ device, first, last, sinceMs });
    }
    if (this.facts.length > FACTS_MAX) this.facts = this.facts.slice(-FACTS_MAX);
  }
}
