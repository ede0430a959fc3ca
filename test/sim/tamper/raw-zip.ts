import { crc32 } from '../../../engine/bundle/crc32';

/** An entry of an archive that says whatever it is told to; what is absent is true. */
export interface RawEntry {
  /** One byte per character. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly flags?: number;
  readonly method?: number;
  readonly version?: number;
  readonly madeBy?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly extra?: Uint8Array;
  readonly comment?: string;
  readonly attributes?: number;
  /** Of the local header alone. */
  readonly localName?: string;
  readonly localSize?: number;
  readonly localCrc?: number;
  /** Where the directory says that it begins. */
  readonly offset?: number;
  /** Bytes before it that belong to nobody. */
  readonly gap?: number;
}

export interface RawArchive {
  readonly entries: readonly RawEntry[];
  readonly comment?: string;
  readonly count?: number;
  readonly disk?: number;
  readonly prefix?: Uint8Array;
  readonly suffix?: Uint8Array;
  /** Added to the place of the directory in the end record. */
  readonly directoryShift?: number;
  /** Puts a zip64 end record and its locator before the end record. */
  readonly zip64?: boolean;
}

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const u16 = (...values: readonly number[]): Buffer => Buffer.concat(values.map(value => Buffer.of(value & 255, (value >>> 8) & 255)));
const u32 = (...values: readonly number[]): Buffer => Buffer.concat(values.map(value => Buffer.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255)));
const DATE = 0x21;

/** The bytes of an archive that keeps no rule but those that it is told to keep. */
export function rawZip(archive: RawArchive): Uint8Array {
  const parts: Buffer[] = [Buffer.from(archive.prefix ?? [])];
  let position = parts[0]!.length;
  const directory: Buffer[] = [];
  for (const entry of archive.entries) {
    const { name, bytes, flags = 0, method = 0, version = 20, madeBy = 20, extra = new Uint8Array(0), comment = '', attributes = 0 } = entry;
    const crc = entry.crc ?? crc32(bytes);
    const size = entry.size ?? bytes.length;
    const gap = Buffer.alloc(entry.gap ?? 0, 0x41);
    const at = position + gap.length;
    const localName = latin(entry.localName ?? name);
    const localSize = entry.localSize ?? size;
    const local = Buffer.concat([u32(0x04034b50), u16(version, flags, method, 0, DATE), u32(entry.localCrc ?? crc, localSize, localSize), u16(localName.length, extra.length), localName, extra, bytes]);
    parts.push(gap, local);
    position = at + local.length;
    directory.push(
      Buffer.concat([u32(0x02014b50), u16(madeBy, version, flags, method, 0, DATE), u32(crc, size, size), u16(latin(name).length, extra.length, comment.length, 0, 0), u32(attributes, entry.offset ?? at), latin(name), extra, latin(comment)])
    );
  }
  return Buffer.concat([...parts, ...directory, endOf(archive, position, Buffer.concat(directory).length), Buffer.from(archive.suffix ?? [])]);
}

function endOf({ entries, comment = '', count = entries.length, disk = 0, directoryShift = 0, zip64 = false }: RawArchive, start: number, length: number): Buffer {
  const long = zip64 ? Buffer.concat([u32(0x06064b50, 44, 0), u16(45, 45), u32(0, 0, count, 0, count, 0, length, 0, start, 0), u32(0x07064b50, 0, start + length, 0, 1)]) : Buffer.alloc(0);
  const shown = zip64 ? 0xffff_ffff : start + directoryShift;
  return Buffer.concat([long, u32(0x06054b50), u16(disk, disk, zip64 ? 0xffff : count, zip64 ? 0xffff : count), u32(length, shown), u16(comment.length), latin(comment)]);
}
