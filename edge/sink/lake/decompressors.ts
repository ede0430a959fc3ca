import type { Compressors } from 'hyparquet';
import { decompressBrotli, decompressGzip, decompressLz4, decompressLz4Raw, decompressZstd } from 'hyparquet-compressors';

/** How Parquet files of other writers are decompressed; Snappy, which the sinks write, is hyparquet's own. */
export const decompressors: Compressors = {
  GZIP: (input, outputLength) => decompressGzip(input, outputLength),
  BROTLI: (input, outputLength) => decompressBrotli(input, outputLength),
  ZSTD: (input, outputLength) => decompressZstd(input, new Uint8Array(outputLength)),
  LZ4: (input, outputLength) => decompressLz4(input, outputLength),
  LZ4_RAW: (input, outputLength) => decompressLz4Raw(input, outputLength)
};
