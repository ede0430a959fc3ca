import type { AssetUrls } from '../../worker/protocol';

/** Addresses of the engine's libraries; the bundler rewrites each to its hashed file. */
export function assetUrls(): AssetUrls {
  return {
    ortWasm: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url).href,
    duckdbWasm: new URL('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm', import.meta.url).href,
    duckdbWorker: new URL('@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js', import.meta.url).href,
    parquetWasm: new URL('parquet-wasm/esm/parquet_wasm_bg.wasm', import.meta.url).href
  };
}

export function engineWorkerUrl(): string {
  return new URL('../../worker/engine.worker.js', import.meta.url).href;
}

export function lakeWorkerUrl(): string {
  return new URL('../../worker/lake.worker.js', import.meta.url).href;
}
