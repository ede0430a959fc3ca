import type { Value } from '../batch/value';
import type { DataType, Schema } from '../schema/schema';
import { isList } from '../schema/schema';
import { ByteWriter } from './byte-writer';
import { encodeUtf8 } from './utf8';

/** How MessagePack and CBOR write what a row is made of. */
interface ItemWriter {
  null(): void;
  bool(value: boolean): void;
  whole(value: bigint): void;
  float(value: number): void;
  double(value: number): void;
  text(value: string): void;
  bytes(value: Uint8Array): void;
  list(count: number): void;
  map(count: number): void;
}

/** Rows as MessagePack or CBOR maps, or as lists in the order of the columns. Whole numbers take their shortest form. */
export function itemEncoder(format: 'messagePack' | 'cbor', schema: Schema, layout: 'map' | 'array'): (row: readonly Value[]) => Uint8Array {
  const out = new ByteWriter();
  const writer = format === 'cbor' ? cborWriter(out) : messagePackWriter(out);
  const { fields } = schema;
  return row => {
    if (layout === 'map') writer.map(fields.length);
    else writer.list(fields.length);
    fields.forEach((field, index) => {
      if (layout === 'map') writer.text(field.name);
      write(writer, row[index] ?? null, field.type);
    });
    return out.take();
  };
}

function write(writer: ItemWriter, value: Value, type: DataType): void {
  if (value === null) writer.null();
  else if (typeof value === 'boolean') writer.bool(value);
  else if (typeof value === 'string') writer.text(value);
  else if (typeof value === 'bigint') writer.whole(value);
  else if (value instanceof Uint8Array) writer.bytes(value);
  else if (typeof value === 'number') {
    if (type === 'float32') writer.float(value);
    else if (type === 'float64') writer.double(value);
    else writer.whole(BigInt(value));
  } else {
    writer.list(value.length);
    for (const item of value) write(writer, item, isList(type) ? type.list : 'float64');
  }
}

function messagePackWriter(out: ByteWriter): ItemWriter {
  const head = (length: number, fixed: number, fixedMax: number, wide: readonly [number, number, number]): void => {
    if (length <= fixedMax) out.u8(fixed | length);
    else if (length <= 0xff && wide[0] > 0) {
      out.u8(wide[0]);
      out.u8(length);
    } else if (length <= 0xffff) {
      out.u8(wide[1]);
      out.u16(length);
    } else {
      out.u8(wide[2]);
      out.u32(length);
    }
  };
  return {
    null: () => out.u8(0xc0),
    bool: value => out.u8(value ? 0xc3 : 0xc2),
    whole(value) {
      if (value >= -32n && value <= 127n) out.u8(Number(value) & 0xff);
      else {
        const sizes = value < 0n ? [7n, 15n, 31n] : [8n, 16n, 32n];
        const size = sizes.findIndex(bits => (value < 0n ? value >= -(1n << bits) : value < 1n << bits));
        out.u8((value < 0n ? 0xd0 : 0xcc) + (size < 0 ? 3 : size));
        if (size === 0) out.u8(Number(value));
        else if (size === 1) out.u16(Number(value));
        else if (size === 2) out.u32(Number(value));
        else out.u64(value);
      }
    },
    float(value) {
      out.u8(0xca);
      out.float(value);
    },
    double(value) {
      out.u8(0xcb);
      out.double(value);
    },
    text(value) {
      const bytes = encodeUtf8(value);
      head(bytes.length, 0xa0, 31, [0xd9, 0xda, 0xdb]);
      out.append(bytes);
    },
    bytes(value) {
      head(value.length, 0, -1, [0xc4, 0xc5, 0xc6]);
      out.append(value);
    },
    list: count => head(count, 0x90, 15, [0, 0xdc, 0xdd]),
    map: count => head(count, 0x80, 15, [0, 0xde, 0xdf])
  };
}

function cborWriter(out: ByteWriter): ItemWriter {
  const head = (major: number, value: bigint): void => {
    const first = major << 5;
    if (value < 24n) out.u8(first | Number(value));
    else if (value < 0x100n) {
      out.u8(first | 24);
      out.u8(Number(value));
    } else if (value < 0x10000n) {
      out.u8(first | 25);
      out.u16(Number(value));
    } else if (value < 0x100000000n) {
      out.u8(first | 26);
      out.u32(Number(value));
    } else {
      out.u8(first | 27);
      out.u64(value);
    }
  };
  return {
    null: () => out.u8(0xf6),
    bool: value => out.u8(value ? 0xf5 : 0xf4),
    whole: value => (value < 0n ? head(1, -1n - value) : head(0, value)),
    float(value) {
      out.u8(0xfa);
      out.float(value);
    },
    double(value) {
      out.u8(0xfb);
      out.double(value);
    },
    text(value) {
      const bytes = encodeUtf8(value);
      head(3, BigInt(bytes.length));
      out.append(bytes);
    },
    bytes(value) {
      head(2, BigInt(value.length));
      out.append(value);
    },
    list: count => head(4, BigInt(count)),
    map: count => head(5, BigInt(count))
  };
}
