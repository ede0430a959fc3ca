import type { AvroEnum, AvroFixed, AvroRecord, AvroType } from './avro-schema';

/** What a writer's primitive may be read as beside itself. */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string']
};

/** Whether a value that was written as primitive `writer` may be read as `reader`. */
export function isPromotion(writer: string, reader: string): boolean {
  return writer === reader || (PROMOTIONS[writer]?.includes(reader) ?? false);
}

/** Whether two named types go together: the same name without its namespace, or an alias of the reader. */
export function sameName(writer: AvroRecord | AvroEnum | AvroFixed, reader: AvroRecord | AvroEnum | AvroFixed): boolean {
  return lastPart(writer.name) === lastPart(reader.name) || reader.aliases.includes(writer.name);
}

/** The field of `writer` that the reader's field of that name and those aliases takes; null when there is none. */
export function writerField(writer: AvroRecord, field: { readonly name: string; readonly aliases: readonly string[] }): AvroRecord['fields'][number] | null {
  return writer.fields.find(each => each.name === field.name) ?? writer.fields.find(each => field.aliases.includes(each.name)) ?? null;
}

/** Whether everything that is written under `writer` can be read under `reader` (Avro specification 1.12, schema resolution). */
export function canReadAvro(writer: AvroType, reader: AvroType): boolean {
  return new Checker().canRead(writer, reader);
}

class Checker {
  /** Pairs that are being checked further up, taken as fine. */
  private readonly assumed = new Map<AvroType, Set<AvroType>>();

  canRead(writer: AvroType, reader: AvroType): boolean {
    if (writer.kind === 'union') return writer.branches.every(branch => this.canRead(branch, reader));
    if (reader.kind === 'union') return reader.branches.some(branch => this.canRead(writer, branch));
    if (writer.kind === 'array') return reader.kind === 'array' && this.canRead(writer.items, reader.items);
    if (writer.kind === 'map') return reader.kind === 'map' && this.canRead(writer.values, reader.values);
    if (writer.kind === 'fixed') return reader.kind === 'fixed' && sameName(writer, reader) && writer.size === reader.size;
    if (writer.kind === 'enum') {
      if (reader.kind !== 'enum' || !sameName(writer, reader)) return false;
      return reader.fallback !== null || writer.symbols.every(symbol => reader.symbols.includes(symbol));
    }
    if (writer.kind === 'record') return reader.kind === 'record' && sameName(writer, reader) && this.canReadFields(writer, reader);
    return isPromotion(writer.kind, reader.kind);
  }

  private canReadFields(writer: AvroRecord, reader: AvroRecord): boolean {
    const assumed = this.assumed.get(writer) ?? new Set();
    if (assumed.has(reader)) return true;
    this.assumed.set(writer, assumed.add(reader));
    return reader.fields.every(field => {
      const source = writerField(writer, field);
      return source === null ? field.fallback !== undefined : this.canRead(source.type, field.type);
    });
  }
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
