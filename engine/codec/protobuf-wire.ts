import { ByteReader, signed64, unsigned64 } from './byte-reader';
import { DecodeProblem } from './decode-problem';
import type { ProtoKind } from './protobuf-schema';
import type { ValueTarget } from './value-target';

export const VARINT = 0;
export const FIXED64 = 1;
export const SIZED = 2;
export const GROUP = 3;
export const END_GROUP = 4;
export const FIXED32 = 5;
const FIELD_MAX = 536_870_911;

const WIRES: Readonly<Record<ProtoKind, number>> = {
  double: FIXED64,
  float: FIXED32,
  int64: VARINT,
  uint64: VARINT,
  int32: VARINT,
  fixed64: FIXED64,
  fixed32: FIXED32,
  bool: VARINT,
  string: SIZED,
  group: GROUP,
  message: SIZED,
  bytes: SIZED,
  uint32: VARINT,
  enum: VARINT,
  sfixed32: FIXED32,
  sfixed64: FIXED64,
  sint32: VARINT,
  sint64: VARINT
};

/** The wire type of a single value of `kind`. */
export function wireOf(kind: ProtoKind): number {
  return WIRES[kind];
}

/** Whether repeated values of `kind` may be packed into one field. */
export function isPackable(kind: ProtoKind): boolean {
  return WIRES[kind] !== SIZED && WIRES[kind] !== GROUP;
}

/** Reads the protocol buffer wire format, within the limits of what lies there. */
export class WireReader extends ByteReader {
  /** Of the last tag. */
  field = 0;
  wire = 0;

  /** Takes a tag and leaves its parts in `field` and `wire`. */
  tag(): void {
    this.varint();
    const { varintLow: low, varintHigh: high } = this;
    this.field = low >>> 3;
    this.wire = low & 7;
    if (high !== 0 || this.field === 0 || this.field > FIELD_MAX || this.wire > FIXED32) throw new DecodeProblem('SYNTAX', `no field has number ${this.field} and wire type ${this.wire}`);
  }

  /** Takes a length and that many bytes; returns where they begin, `position` is their end. */
  sized(): number {
    this.varint();
    return this.take(this.varintHigh * 4_294_967_296 + this.varintLow);
  }

  /** Takes a number, bool or enum of `kind`. */
  scalar(kind: ProtoKind): number | bigint {
    switch (kind) {
      case 'double':
        return this.double(true);
      case 'float':
        return this.float(true);
      case 'fixed32':
        return this.uint32Little();
      case 'sfixed32':
        return this.uint32Little() | 0;
      case 'fixed64':
        return this.uint64(true);
      case 'sfixed64':
        return this.int64(true);
      default:
        this.varint();
        return this.ofVarint(kind);
    }
  }

  private ofVarint(kind: ProtoKind): number | bigint {
    const { varintLow: low, varintHigh: high } = this;
    switch (kind) {
      case 'bool':
        return low !== 0 || high !== 0 ? 1 : 0;
      case 'uint32':
        return low;
      case 'sint32':
        return (low >>> 1) ^ -(low & 1);
      case 'uint64':
        return unsigned64(low, high);
      case 'int64':
        return signed64(low, high);
      case 'sint64': {
        const sign = -(low & 1);
        return signed64((((low >>> 1) | (high << 31)) ^ sign) >>> 0, ((high >>> 1) ^ sign) >>> 0);
      }
      default:
        return low | 0;
    }
  }

  /** Takes the value of the last tag, whatever it is. `depth` counts the groups and messages around it. */
  skip(depth: number, depthMax: number): void {
    const { field, wire } = this;
    if (wire === VARINT) this.varint();
    else if (wire === FIXED64) this.take(8);
    else if (wire === FIXED32) this.take(4);
    else if (wire === SIZED) this.sized();
    else if (wire === END_GROUP) throw new DecodeProblem('SYNTAX', `a group ${field} ends that was not open`);
    else {
      if (depth >= depthMax) throw new DecodeProblem('DEPTH', `groups are nested deeper than ${depthMax}`);
      for (this.tag(); this.wire !== END_GROUP; this.tag()) this.skip(depth + 1, depthMax);
      if (this.field !== field) throw new DecodeProblem('SYNTAX', `group ${field} ends as group ${this.field}`);
    }
  }
}

/** Gives a value that `scalar` has read to `target`. */
export function putScalar(target: ValueTarget, value: number | bigint, kind: ProtoKind): void {
  if (typeof value === 'bigint') target.putBigInt(value);
  else if (kind === 'double' || kind === 'float') target.putDouble(value);
  else if (kind === 'bool') target.putBool(value === 1);
  else target.putInteger(value);
}
