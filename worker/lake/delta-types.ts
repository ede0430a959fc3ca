import { LittoralError } from '../../engine/error';
import { isRecord } from '../../engine/lake/record';

const TYPES: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  byte: 'TINYINT',
  short: 'SMALLINT',
  integer: 'INTEGER',
  long: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  string: 'VARCHAR',
  binary: 'BLOB',
  date: 'DATE',
  // Delta's timestamp is an instant; DuckDB's TIMESTAMPTZ needs an extension, so instants are shown in UTC without zone.
  timestamp: 'TIMESTAMP',
  timestamp_ntz: 'TIMESTAMP'
};

/** DuckDB's type for a Delta column. Throws `LAKE_TYPE` for what is not read. */
export function duckdbType(column: string, type: unknown): string {
  if (typeof type === 'string') {
    const known = TYPES[type];
    if (known !== undefined) return known;
    const decimal = /^decimal\((\d{1,2}),(\d{1,2})\)$/.exec(type);
    if (decimal !== null) return `DECIMAL(${decimal[1]},${decimal[2]})`;
  } else if (isRecord(type) && type['type'] === 'array') {
    return `${duckdbType(column, type['elementType'])}[]`;
  }
  throw new LittoralError('LAKE_TYPE', `lake column "${column}": type ${JSON.stringify(type)} is not read; expected ${Object.keys(TYPES).join(', ')}, decimal or an array of them. Leave the column out when you write the table.`, { details: { column } });
}
