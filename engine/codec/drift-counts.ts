import type { SnapshotReader, SnapshotWriter } from '../operator/operator';

const NAMES_MAX = 256;
const NAME_LENGTH_MAX = 128;
const REST = '…';

/** How a stream of payloads departs from its schema; see `PayloadDecoder.drift`. */
export type DriftKind = 'unknown' | 'missing' | 'type' | 'range' | 'event';

/**
 * Counts under `kind:name`: a field that no column takes (`unknown`), a nullable column without a value (`missing`), a column
 * whose value had another type or left its range (`type`, `range`: the message is a dead letter), and what happened to a
 * Sparkplug node (`event`). At most 256 unknown names, cut to 128 characters; the others are counted under `unknown:…`.
 */
export class DriftCounts {
  private readonly counts = new Map<string, number>();
  private unknownNames = 0;

  add(kind: DriftKind, name: string, count = 1): void {
    const cut = `${kind}:${name.length > NAME_LENGTH_MAX ? name.slice(0, NAME_LENGTH_MAX) + REST : name}`;
    let entry = cut;
    if (kind === 'unknown' && !this.counts.has(cut)) {
      if (this.unknownNames < NAMES_MAX) this.unknownNames += 1;
      else entry = `${kind}:${REST}`;
    }
    this.counts.set(entry, (this.counts.get(entry) ?? 0) + count);
  }

  /** Sorted by name. */
  all(): ReadonlyMap<string, number> {
    return new Map([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  snapshot(writer: SnapshotWriter): void {
    writer.u32(this.counts.size);
    for (const [name, count] of this.all()) {
      writer.text(name);
      writer.f64(count);
    }
  }

  restore(reader: SnapshotReader): void {
    this.counts.clear();
    for (let left = reader.u32(); left > 0; left--) {
      const name = reader.text();
      this.counts.set(name, reader.f64());
    }
    this.unknownNames = [...this.counts.keys()].filter(name => name.startsWith('unknown:') && name !== `unknown:${REST}`).length;
  }
}
