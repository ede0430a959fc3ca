import type { DataType, ScalarType } from './schema';
import { isList } from './schema';

/** What a column type is called elsewhere. */
export interface TypeNames {
  /** Apache Arrow, as its columnar specification writes it. */
  readonly arrow: string;
  /** Physical type and logical type in brackets. */
  readonly parquet: string;
  readonly flinkSql: string;
  /** Element type of an ONNX tensor; null: such a column cannot go into a model. */
  readonly onnx: string | null;
  readonly duckdb: string;
}

const SCALARS: Readonly<Record<ScalarType, TypeNames>> = {
  bool: { arrow: 'Bool', parquet: 'BOOLEAN', flinkSql: 'BOOLEAN', onnx: 'tensor(bool)', duckdb: 'BOOLEAN' },
  int32: { arrow: 'Int32', parquet: 'INT32', flinkSql: 'INT', onnx: 'tensor(int32)', duckdb: 'INTEGER' },
  int64: { arrow: 'Int64', parquet: 'INT64', flinkSql: 'BIGINT', onnx: 'tensor(int64)', duckdb: 'BIGINT' },
  float32: { arrow: 'Float32', parquet: 'FLOAT', flinkSql: 'FLOAT', onnx: 'tensor(float)', duckdb: 'FLOAT' },
  float64: { arrow: 'Float64', parquet: 'DOUBLE', flinkSql: 'DOUBLE', onnx: 'tensor(double)', duckdb: 'DOUBLE' },
  utf8: { arrow: 'Utf8', parquet: 'BYTE_ARRAY (STRING)', flinkSql: 'STRING', onnx: 'tensor(string)', duckdb: 'VARCHAR' },
  timestampMs: { arrow: 'Timestamp(ms)', parquet: 'INT64 (TIMESTAMP_MILLIS)', flinkSql: 'TIMESTAMP(3)', onnx: 'tensor(int64)', duckdb: 'TIMESTAMP_MS' },
  binary: { arrow: 'Binary', parquet: 'BYTE_ARRAY', flinkSql: 'BYTES', onnx: null, duckdb: 'BLOB' }
};

/** Names of `type` in the systems that our rows meet; the one table from which every exporter takes them. */
export function typeNames(type: DataType): TypeNames {
  if (!isList(type)) return SCALARS[type];
  const element = SCALARS[type.list];
  const { size } = type;
  return {
    arrow: size === undefined ? `List<${element.arrow}>` : `FixedSizeList<${element.arrow}, ${size}>`,
    parquet: `LIST of ${element.parquet}`,
    flinkSql: `ARRAY<${element.flinkSql}>`,
    onnx: element.onnx,
    duckdb: size === undefined ? `${element.duckdb}[]` : `${element.duckdb}[${size}]`
  };
}
