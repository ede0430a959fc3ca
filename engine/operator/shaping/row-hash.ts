import type { Batch, Column, Dictionary } from '../../batch/batch';
import { assert } from '../../error';

const NULL_HASH = 0x9e3779b9;

/**
 * Hashes the key columns and the event time of rows to 32 bits: equal keys (NaN equals NaN, -0 equals 0) at equal times give
 * equal hashes, whatever the dictionary codes. MurmurHash3 (Appleby) over words of 32 bits.
 */
export class RowHash {
  private readonly bits = new Float64Array(1);
  private readonly words = new Int32Array(this.bits.buffer);
  private readonly texts: readonly TextHashes[];

  constructor(
    private readonly keyColumns: readonly number[],
    private readonly seed: number
  ) {
    this.texts = keyColumns.map(() => new TextHashes());
  }

  /** An unsigned integer of 32 bits. */
  hashOf(batch: Batch, row: number): number {
    let hash = this.seed | 0;
    this.keyColumns.forEach((index, position) => {
      hash = mix(hash, this.valueHash(batch.columns[index]!, row, this.texts[position]!));
    });
    return finish(this.addNumber(hash, batch.eventTimeMs[row]!));
  }

  private valueHash(column: Column, row: number, texts: TextHashes): number {
    if (column.validity !== null && column.validity[row] === 0) return NULL_HASH;
    if (column.kind === 'utf8') return texts.hashOf(column.dictionary, column.codes[row]!);
    assert(column.kind !== 'list' && column.kind !== 'binary', 'a key column');
    const value = column.values[row]!;
    return typeof value === 'bigint' ? textHash(String(value)) : this.addNumber(0, value);
  }

  private addNumber(hash: number, value: number): number {
    this.bits[0] = value === 0 ? 0 : value === value ? value : NaN;
    return mix(mix(hash, this.words[0]!), this.words[1]!);
  }
}

/** Hashes of the texts of one dictionary, each computed once. */
class TextHashes {
  private dictionary: Dictionary | null = null;
  private readonly hashes: (number | undefined)[] = [];

  hashOf(dictionary: Dictionary, code: number): number {
    if (dictionary !== this.dictionary) {
      this.dictionary = dictionary;
      this.hashes.length = 0;
    }
    return (this.hashes[code] ??= textHash(dictionary.values[code]!));
  }
}

function textHash(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

function mix(hash: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51);
  const rotated = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ rotated;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
