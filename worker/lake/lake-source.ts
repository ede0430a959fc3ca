/** One file of a lake, as the manifest lists it. */
export interface LakeEntry {
  /** Relative to the lake, `/` between names. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** Where a lake's files are: behind HTTP with range requests, or in this browser. */
export interface LakeSource {
  /** Subject of error messages. */
  readonly name: string;
  /** Bytes that were fetched so far, without those that the Parquet reader fetches itself. */
  readonly bytesFetched: number;
  list(): Promise<readonly LakeEntry[]>;
  text(path: string): Promise<string>;
  range(path: string, start: number, end: number): Promise<ArrayBuffer>;
  /** What parquet-wasm opens: an address or the file itself. */
  open(path: string, bytes: number): Promise<string | Blob>;
}
