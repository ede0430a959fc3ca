import type { ErrorRecord } from '../engine/error';
import type { ExportedBundle, Report, ReplayResult, RowOut, ValidationReport } from '../engine/api/host';
import type { Plan, Slo } from '../engine/plan/plan';
import type { Schema } from '../engine/schema/schema';

/**
 * The contract between the page (extension, kernels) and the browser host in its workers. Control goes by comlink over
 * a MessagePort; live data goes over MessagePorts of its own as transferred buffers (`LiveMessage`).
 * Nothing here imports a library, so both sides can.
 */

/** Where the assets are; resolved once on the UI thread, because a bundled worker cannot find its siblings. */
export interface AssetUrls {
  readonly ortWasm: string;
  readonly duckdbWasm: string;
  readonly duckdbWorker: string;
  readonly parquetWasm: string;
}

export interface ConnectionSettings {
  readonly name: string;
  /** ws:// or wss:// */
  readonly url: string;
  readonly username?: string;
  /** Kept in memory only; never stored, never in a notebook, message or log. */
  readonly password?: string;
  readonly clientId?: string;
  readonly keepaliveSeconds?: number;
}
export type ConnectionState =
  | { readonly state: 'offline'; readonly since?: number; readonly error?: ErrorRecord }
  | { readonly state: 'connecting'; readonly attempt: number; readonly retryAtMs?: number; readonly error?: ErrorRecord }
  | { readonly state: 'connected'; readonly sinceMs: number; readonly protocol: string };
export interface ConnectionInfo {
  readonly name: string;
  readonly url: string;
  readonly status: ConnectionState;
  readonly messagesPerS: number;
}
export interface ConnectionTest {
  readonly ok: boolean;
  /** One sentence: "broker answered in 12 ms, MQTT 3.1.1, session not kept" or which layer failed and why. */
  readonly words: string;
  readonly error?: ErrorRecord;
}

export interface TopicInfo {
  readonly topic: string;
  readonly messages: number;
  readonly messagesPerS: number;
  readonly lastBytes: number;
  /** First 64 KiB of the last payload. */
  readonly lastPayload: Uint8Array;
  readonly lastArrivalMs: number;
  readonly retained: boolean;
  readonly format: 'JSON' | 'text' | 'binary';
}
export interface InferredSchema {
  readonly schema: Schema;
  readonly samples: number;
  /** Per column, in the order of the schema. */
  readonly columns: readonly { readonly name: string; readonly seen: number; readonly nullShare: number; readonly min: number | null; readonly max: number | null; readonly example: string }[];
  /** Column that looks like the event time, if one does. */
  readonly eventTime: string | null;
  readonly errors: readonly { readonly message: string; readonly payload: Uint8Array }[];
}

export interface RecordingInfo {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly createdAtMs: number;
  readonly topic: string;
  readonly state: 'recording' | 'complete' | 'interrupted';
}

export interface RunStart {
  readonly plan: Plan;
  /** Model file name → bytes. */
  readonly models: Readonly<Record<string, Uint8Array>>;
  readonly seconds?: number;
  readonly chart?: string;
  /** Feed from a recording (at `speed` times real time, Infinity = at once) instead of a connection. */
  readonly recording?: { readonly name: string; readonly speed: number };
  /** Publish and write to the lake for real; false: sinks are only counted and shown. */
  readonly publish: boolean;
}
export type RunState = 'starting' | 'live' | 'paused' | 'reconnecting' | 'stopped' | 'failed';

/** A complete, small picture of a run; sent once per second and written into the saved notebook. */
export interface RunSnapshot {
  readonly runId: string;
  readonly name: string;
  readonly state: RunState;
  readonly elapsedMs: number;
  readonly inPerS: number;
  readonly outPerS: number;
  readonly rowsIn: number;
  readonly rowsOut: Readonly<Record<string, number>>;
  readonly filtered: number;
  readonly late: number;
  readonly inGap: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly rowsInState: number;
  readonly conservationError: number;
  readonly watermarkLagMs: number | null;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
  readonly slo: readonly { readonly name: string; readonly ok: boolean; readonly seen: string; readonly expected: string }[];
  /** One node per operator, left to right. */
  readonly graph: readonly GraphNodeSnapshot[];
  /** Newest rows per sink for the table, at most 20 each. */
  readonly lastRows: readonly RowOut[];
  /** Newest late records and dead letters, at most 50, newest first. */
  readonly problems: readonly { readonly kind: 'late' | 'gap' | 'deadLetter'; readonly code: string; readonly message: string; readonly topic: string; readonly eventTimeMs: number | null; readonly payload: string }[];
  readonly chart: ChartSeries;
  readonly error?: ErrorRecord;
}
/** One operator of a run. */
export interface GraphNodeSnapshot {
  readonly id: string;
  readonly op: string;
  /** What operators of its kind do, from their spec. */
  readonly doc: string;
  /** Ids of the nodes whose rows it takes. */
  readonly inputs: readonly string[];
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Rows that did not go on: filtered, late, in a gap, dropped on purpose, dead letters. */
  readonly lost: number;
  readonly watermarkMs: number | null;
  /** How far the watermark is behind the newest arrival, ms. */
  readonly lagMs: number | null;
}
/** One line per key over time; NaN is a gap. `values[line][i]` belongs to `timesMs[i]`. */
export interface ChartSeries {
  readonly column: string;
  readonly unit: string | null;
  readonly keys: readonly string[];
  readonly timesMs: Float64Array | readonly number[];
  readonly values: readonly (Float64Array | readonly number[])[];
}
/** Over a live port: at most one `points` per frame, one `snapshot` per second, and the end. */
export type LiveMessage =
  | { readonly kind: 'points'; readonly key: string; readonly timesMs: Float64Array; readonly values: Float64Array }
  | { readonly kind: 'snapshot'; readonly snapshot: RunSnapshot }
  | { readonly kind: 'end'; readonly snapshot: RunSnapshot };

export type StreamsEvent =
  | { readonly kind: 'connection'; readonly connection: ConnectionInfo }
  | { readonly kind: 'connectionRemoved'; readonly name: string }
  | { readonly kind: 'recordings' }
  | { readonly kind: 'runs' };

/** The data engine of the page: connections, topics, recordings, runs. One worker per page. */
export interface EngineService {
  init(assets: AssetUrls): Promise<void>;
  /** Events until the port is closed. */
  listen(port: MessagePort): Promise<void>;
  /** A further, independent control port to this service (for a kernel's worker). */
  addPort(port: MessagePort): Promise<void>;

  addConnection(settings: ConnectionSettings): Promise<void>;
  removeConnection(name: string): Promise<void>;
  connections(): Promise<readonly ConnectionInfo[]>;
  connect(name: string): Promise<void>;
  disconnect(name: string): Promise<void>;
  testConnection(settings: ConnectionSettings): Promise<ConnectionTest>;
  /** Watches `filter` for the topic tree; counted, so two panels may watch. */
  watchTopics(connection: string, filter: string): Promise<void>;
  unwatchTopics(connection: string, filter: string): Promise<void>;
  topics(connection: string): Promise<readonly TopicInfo[]>;
  inferSchema(connection: string, topic: string): Promise<InferredSchema>;
  publish(connection: string, topic: string, payload: Uint8Array, options: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void>;

  startRecording(connection: string, topic: string, options: { readonly name?: string; readonly seconds?: number }): Promise<RecordingInfo>;
  /** Resolves when the recording has ended by itself or by `stopRecording`. */
  recordingDone(name: string): Promise<RecordingInfo>;
  stopRecording(name: string): Promise<RecordingInfo>;
  recordings(): Promise<readonly RecordingInfo[]>;
  deleteRecording(name: string): Promise<void>;
  /** The recording as `*.recording.ndjson`. */
  exportRecording(name: string): Promise<Uint8Array>;
  importRecording(name: string, ndjson: Uint8Array): Promise<RecordingInfo>;

  startRun(start: RunStart): Promise<string>;
  pauseRun(runId: string, paused: boolean): Promise<void>;
  stopRun(runId: string): Promise<Report>;
  runDone(runId: string): Promise<Report>;
  runs(): Promise<readonly RunSnapshot[]>;
  /** What the run was started with, so that its header can replay and export exactly that; kept until the page closes. */
  runStart(runId: string): Promise<RunStart>;
  /** Live messages of a run to `port` until the run ends or the port closes. Several ports may watch one run. */
  watchRun(runId: string, port: MessagePort): Promise<void>;

  replay(plan: Plan, models: Readonly<Record<string, Uint8Array>>, recording: string): Promise<ReplayResult>;
  validate(
    plan: Plan,
    models: Readonly<Record<string, Uint8Array>>,
    recording: string,
    options: { readonly expect?: readonly RowOut[]; readonly slo?: Slo }
  ): Promise<ValidationReport>;
  /** The signed bundle, made of exactly what was validated. */
  bundle(
    plan: Plan,
    models: Readonly<Record<string, Uint8Array>>,
    recording: string,
    options: { readonly release: number; readonly targets: readonly string[]; readonly expires: string }
  ): Promise<{ readonly bundle: ExportedBundle; readonly bytes: Uint8Array; readonly publicKey: JsonWebKey }>;
}

export interface LakeFile {
  readonly path: string;
  readonly bytes: number;
  readonly rows: number | null;
  readonly partition: Readonly<Record<string, string | null>>;
}
export interface LakeTable {
  readonly name: string;
  readonly version: number;
  readonly schema: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  readonly partitionColumns: readonly string[];
  readonly files: readonly LakeFile[];
  readonly rows: number;
  readonly bytes: number;
}
export interface RowGroupStats {
  readonly rows: number;
  readonly bytes: number;
  readonly columns: readonly { readonly name: string; readonly codec: string; readonly bytes: number; readonly nulls: number | null; readonly min: string | null; readonly max: string | null }[];
}
export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Arrow IPC stream of the rows, at most `rowsMax`. */
  readonly ipc: Uint8Array;
  readonly rowCount: number;
  readonly truncated: boolean;
  readonly cost: { readonly filesRead: number; readonly filesTotal: number; readonly bytesFetched: number; readonly milliseconds: number };
}
/** Lake data: Delta tables over HTTP, SQL in DuckDB-WASM. One worker per page, started with the Lake panel. */
export interface LakeService {
  init(assets: AssetUrls): Promise<void>;
  /** Tables of the lake at `url` (an HTTP folder with `manifest.json`). */
  tables(url: string): Promise<readonly LakeTable[]>;
  rowGroups(url: string, table: string, file: string): Promise<readonly RowGroupStats[]>;
  /** Runs `sql`; tables of the lake are visible by name. Only the partitions and columns that it needs are fetched. */
  query(url: string, sql: string, options: { readonly rowsMax: number }): Promise<QueryResult>;
  cancel(): Promise<void>;
}

/** MIME type of a run in a cell: `{ version: 1, runId, snapshot }`. */
export const RUN_MIME = 'application/vnd.littoral.run+json';
/** MIME type of a validation report in a cell: a ValidationReport. */
export const VALIDATION_MIME = 'application/vnd.littoral.validation+json';
export interface RunOutput {
  readonly version: 1;
  readonly runId: string;
  readonly snapshot: RunSnapshot | null;
}
