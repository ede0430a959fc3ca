import { parquetWriteBuffer } from 'hyparquet-writer';

/** A Parquet file of `rows` rows of `n` and `value`. */
export function batchOf(rows: number): Uint8Array {
  const indices = Array.from({ length: rows }, (_, index) => index);
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'n', data: indices.map(BigInt), type: 'INT64' },
        { name: 'value', data: indices.map(index => index / 7), type: 'DOUBLE' }
      ]
    })
  );
}
