import { transfer } from 'comlink';
import type { ExportedBundle, Report, ReplayResult, RowOut, ValidationReport } from '../engine/api/host';
import { refusePlaintext } from '../engine/crypto/seal-batch';
import { LittoralError } from '../engine/error';
import { createGraph } from '../engine/graph/create-graph';
import type { Graph } from '../engine/graph/graph-api';
import { checkModels } from '../engine/model/check-models';
import type { Plan, SinkConfig, Slo } from '../engine/plan/plan';
import type { Schema } from '../engine/schema/schema';
import { makeBundle } from './bundle/make-bundle';
import type { BundleOptions } from './bundle/make-bundle';
import { Connections } from './connection/connections';
import { inferTopicSchema } from './connection/infer-topic-schema';
import { webSocketTransport } from './connection/websocket-transport';
import { EventHub } from './event-hub';
import { OpfsTable } from './lake/opfs-table';
import { systemClock } from './platform/clock';
import { hasOpfs } from './platform/opfs';
import type { AssetUrls, ConnectionInfo, ConnectionSettings, ConnectionTest, EngineService, InferredSchema, RecordingInfo, RunSnapshot, RunStart, TopicInfo } from './protocol';
import { indexedDbStore } from './recording/indexed-db-store';
import { opfsStore } from './recording/opfs-store';
import { Recordings } from './recording/recordings';
import { serve } from './rpc/serve';
import { loadModels } from './run/inference';
import type { Inference } from './run/inference';
import { LakeSink } from './run/lake-sink';
import { mqttSink } from './run/mqtt-sink';
import { Replays } from './run/replays';
import { Runs } from './run/runs';
import type { Sink } from './run/sink';

type Models = Readonly<Record<string, Uint8Array>>;

/** What only the edge carries out: a page has no feature store, files or sockets, but a run shows and counts the rows. */
const SHOWN_ONLY: Sink = { write: () => Promise.resolve(), close: () => Promise.resolve() };

/** The engine worker's service: wires connections, recordings and runs to the browser. */
export class EngineHost implements EngineService {
  private readonly clock = systemClock();
  private readonly events = new EventHub();
  private readonly brokers = new Connections({ transport: webSocketTransport(), clock: this.clock, random: Math.random, emit: this.events.emit });
  private readonly tapes = new Recordings({ store: openStore(), clock: this.clock, emit: this.events.emit });
  private readonly open = (graph: Graph, plan: Plan, models: Models): Promise<Inference> => this.loadModels(graph, plan, models);
  private readonly replays = new Replays({ recordings: this.tapes, clock: this.clock, createGraph, loadModels: this.open });
  private readonly active = new Runs({
    connections: this.brokers,
    recordings: this.tapes,
    clock: this.clock,
    emit: this.events.emit,
    createGraph,
    loadModels: this.open,
    openSinks: (plan, graph, runId) => this.openSinks(plan, graph, runId)
  });
  private assets: AssetUrls | null = null;

  init(assets: AssetUrls): Promise<void> {
    this.assets = assets;
    return Promise.resolve();
  }
  listen(port: MessagePort): Promise<void> {
    this.events.listen(port);
    return Promise.resolve();
  }
  addPort(port: MessagePort): Promise<void> {
    port.start();
    serve(this, port);
    return Promise.resolve();
  }

  addConnection(settings: ConnectionSettings): Promise<void> {
    return this.brokers.add(settings);
  }
  removeConnection(name: string): Promise<void> {
    return this.brokers.remove(name);
  }
  async connections(): Promise<readonly ConnectionInfo[]> {
    return await Promise.resolve(this.brokers.list());
  }
  async connect(name: string): Promise<void> {
    await this.brokers.get(name).connect();
  }
  async disconnect(name: string): Promise<void> {
    await this.brokers.get(name).disconnect();
  }
  testConnection(settings: ConnectionSettings): Promise<ConnectionTest> {
    return this.brokers.test(settings);
  }
  watchTopics(connection: string, filter: string): Promise<void> {
    return this.brokers.watch(connection, filter);
  }
  unwatchTopics(connection: string, filter: string): Promise<void> {
    return this.brokers.unwatch(connection, filter);
  }
  async topics(connection: string): Promise<readonly TopicInfo[]> {
    return await Promise.resolve(this.brokers.topics(connection));
  }
  async inferSchema(connection: string, topic: string): Promise<InferredSchema> {
    return await inferTopicSchema(this.brokers.get(connection), this.brokers.tree(connection), topic, this.clock);
  }
  async publish(connection: string, topic: string, payload: Uint8Array, options: { readonly qos: 0 | 1; readonly retain: boolean }): Promise<void> {
    await this.brokers.get(connection).publish(topic, payload, options);
  }

  async startRecording(connection: string, topic: string, options: { readonly name?: string; readonly seconds?: number }): Promise<RecordingInfo> {
    return await this.tapes.start(this.brokers.get(connection), topic, options);
  }
  recordingDone(name: string): Promise<RecordingInfo> {
    return this.tapes.done(name);
  }
  stopRecording(name: string): Promise<RecordingInfo> {
    return this.tapes.stop(name);
  }
  recordings(): Promise<readonly RecordingInfo[]> {
    return this.tapes.list();
  }
  deleteRecording(name: string): Promise<void> {
    return this.tapes.delete(name);
  }
  async exportRecording(name: string): Promise<Uint8Array> {
    const bytes = await this.tapes.export(name);
    return transfer(bytes, [bytes.buffer]);
  }
  importRecording(name: string, ndjson: Uint8Array): Promise<RecordingInfo> {
    return this.tapes.import(name, ndjson);
  }

  startRun(start: RunStart): Promise<string> {
    return this.active.start(start);
  }
  async pauseRun(runId: string, paused: boolean): Promise<void> {
    await Promise.resolve(this.active.pause(runId, paused));
  }
  async stopRun(runId: string): Promise<Report> {
    return await this.active.stop(runId);
  }
  async runDone(runId: string): Promise<Report> {
    return await this.active.done(runId);
  }
  async runs(): Promise<readonly RunSnapshot[]> {
    return await Promise.resolve(this.active.list());
  }
  async runStart(runId: string): Promise<RunStart> {
    return await Promise.resolve(this.active.startOf(runId));
  }
  async watchRun(runId: string, port: MessagePort): Promise<void> {
    await Promise.resolve(this.active.watch(runId, port));
  }

  replay(plan: Plan, models: Models, recording: string): Promise<ReplayResult> {
    return this.replays.replay(plan, models, recording);
  }
  validate(plan: Plan, models: Models, recording: string, options: { readonly expect?: readonly RowOut[]; readonly slo?: Slo }): Promise<ValidationReport> {
    return this.replays.validate(plan, models, recording, options);
  }

  async bundle(plan: Plan, models: Models, recording: string, options: BundleOptions): Promise<{ readonly bundle: ExportedBundle; readonly bytes: Uint8Array; readonly publicKey: JsonWebKey }> {
    const made = await makeBundle({ recordings: this.tapes, replays: this.replays, nowMs: this.clock.nowMs() }, { plan, models, recording }, options);
    return transfer(made, [made.bytes.buffer]);
  }

  private async loadModels(graph: Graph, plan: Plan, models: Models): Promise<Inference> {
    return await loadModels(checkModels(plan, graph.types, models), this.ready().ortWasm);
  }

  private async openSinks(plan: Plan, graph: Graph, runId: string): Promise<ReadonlyMap<string, Sink>> {
    refusePlaintext(plan, graph.types);
    const sinks = new Map<string, Sink>();
    for (const node of plan.nodes) {
      const type = node.op === 'sink' ? graph.types.get(node.id) : undefined;
      if (node.op === 'sink' && type !== undefined) sinks.set(node.config.name, await this.openSink(node.config, type.schema, runId));
    }
    return sinks;
  }

  private async openSink(config: SinkConfig, schema: Schema, runId: string): Promise<Sink> {
    if (config.connector === 'mqtt') return mqttSink(config, schema, this.brokers.get(config.connection));
    if (config.connector !== 'lake' || config.mergeBy !== undefined) return SHOWN_ONLY;
    if (!(await hasOpfs())) {
      throw new LittoralError('NO_LAKE', `sink "${config.name}": this page has no private file system for a lake of its own; expected https or 127.0.0.1 and a current browser. Open the page securely, or run the pipeline at the edge.`);
    }
    const table = new OpfsTable(config.table, schema, config.partitionBy);
    await table.check();
    return new LakeSink({ config, schema, runId, table, parquetWasm: this.ready().parquetWasm, clock: this.clock });
  }

  private ready(): AssetUrls {
    if (this.assets === null) throw new LittoralError('NOT_READY', 'data engine: it was used before init. Call init with the asset URLs first.');
    return this.assets;
  }
}

async function openStore(): ReturnType<typeof opfsStore> {
  return (await hasOpfs()) ? await opfsStore() : await indexedDbStore();
}
