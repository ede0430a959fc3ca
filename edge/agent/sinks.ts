import { access, constants, mkdir } from 'node:fs/promises';
import { LittoralError } from '../../engine/error';
import type { ConnectionBook } from '../connection/connection-book';
import type { Env } from '../env/env';
import type { Log } from '../log/log';
import type { BrokerSettings } from '../mqtt/broker-settings';
import { Publisher } from '../mqtt/publisher';
import { featureSink } from '../sink/feature-sink';
import { FeatureStore, type Feature } from '../sink/feature-store';
import { FileFolder, fileSink } from '../sink/file-sink';
import { httpSink } from '../sink/http-sink';
import { LakeSink } from '../sink/lake/lake-sink';
import { LakeTable } from '../sink/lake/lake-table';
import { MqttSink } from '../sink/mqtt-sink';
import { OutboxLimits } from '../sink/outbox-limits';
import type { DrainOptions } from '../sink/serial-sink';
import type { SinkBinding, SinkDrain } from '../sink/sink-port';
import { statsdSink } from '../sink/statsd-sink';
import { stdoutSink } from '../sink/stdout-sink';
import { storageError } from '../store/storage-error';
import type { RowTimes } from '../metrics/effect-times';
import type { Store } from '../store/store';
import type { Tracer } from '../telemetry/tracer';
import type { DurableWriter } from './durable-writer';

export interface SinksOptions {
  readonly env: Env;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly agentId: string;
  readonly lakeDir: string;
  readonly rollRows: number;
  readonly rollMs: number;
  /** How often small files of the lake are joined; null: never. */
  readonly compactEveryMs: number | null;
  readonly brokerOf: (connection: string) => BrokerSettings;
  readonly connections: ConnectionBook;
  /** SQLite file of the feature store; made when a view needs it. */
  readonly featuresFile: string;
  readonly stdout: NodeJS.WritableStream;
  readonly log: Log;
  readonly onCarriedOut: (key: string, count: number, createdMs: number, times: RowTimes | null) => void;
  readonly tracer: Tracer;
  /** Rows that will not be carried out, e.g. `refused` by the broker. */
  readonly onDropped: (reason: string, rows: number) => void;
}

const NONE_BUSY: ReadonlySet<number> = new Set();

/** All ways out of the agent: those of the active pipeline, and those of earlier ones that still have rows. */
export class Sinks {
  private readonly drains = new Map<string, SinkDrain>();
  private readonly publishers = new Map<string, { readonly publisher: Publisher; readonly sinks: MqttSink[] }>();
  private readonly tables = new Map<string, Promise<LakeTable>>();
  /** Of lake sinks, whose rows wait for a file and not for their turn; rows of a file that has begun are left alone. */
  private readonly limits = new Map<string, OutboxLimits>();
  private readonly folders = new Map<string, FileFolder>();
  private features: Promise<FeatureStore> | null = null;

  constructor(private readonly options: SinksOptions) {}

  /** Takes up the rows that a former process or release left. */
  async resume(): Promise<void> {
    for (const { key, config } of this.options.store.sinksWithRows()) await this.add(key, JSON.parse(config) as SinkBinding);
  }

  /** Rejects when the rows of `bindings` cannot be carried out here. */
  async check(bindings: Iterable<SinkBinding>): Promise<void> {
    for (const { sink, schema } of bindings) {
      const { config } = sink;
      const user = `sink "${config.name}"`;
      switch (config.connector) {
        case 'mqtt':
          this.options.brokerOf(config.connection);
          break;
        case 'lake':
          (await this.table(config.table)).check(schema, config.partitionBy, config.mergeBy);
          break;
        case 'http':
          this.options.connections.required(config.connection, 'server', user);
          this.options.connections.authorizationOf(config.connection);
          break;
        case 'file':
          await requireFolder(this.options.connections.required(config.connection, 'folder', user).path, user);
          break;
        case 'statsd':
          this.options.connections.required(config.connection, 'statsd', user);
          break;
        case 'featureStore':
          await this.openFeatures();
          break;
        case 'stdout':
          break;
      }
    }
  }

  async add(key: string, binding: SinkBinding): Promise<void> {
    if (this.drains.has(key)) return;
    const drain = await this.drainOf(key, binding);
    this.drains.set(key, drain);
    drain.wake(0);
  }

  wake(key: string, rows: number): void {
    this.limits.get(key)?.keepNowAndThen(NONE_BUSY);
    this.drains.get(key)?.wake(rows);
  }

  problems(): readonly { readonly key: string; readonly problem: string }[] {
    return [...this.drains].flatMap(([key, drain]) => (drain.problem === null ? [] : [{ key, problem: drain.problem }]));
  }

  /** Carries out as much as possible within `timeoutMs`; what remains waits in the outbox for the next start. */
  async close(timeoutMs: number): Promise<void> {
    const deadlineMs = this.options.env.monotonicMs() + timeoutMs;
    await Promise.all([...this.drains.values()].map(drain => drain.flush(deadlineMs)));
    await Promise.all([...this.drains.values()].map(drain => drain.stop()));
    await Promise.all([...this.publishers.values()].map(({ publisher }) => publisher.stop()));
    const { features } = this;
    this.features = null;
    await features?.then(store => store.close());
  }

  /** The last rows of a view whose keys have these values. Rejects with `FEATURE_KEY` or a storage error. */
  async featuresOf(view: string, key: Readonly<Record<string, string>>): Promise<readonly Feature[]> {
    return (await this.openFeatures()).get(view, key);
  }

  private async drainOf(key: string, binding: SinkBinding): Promise<SinkDrain> {
    const { env, store, writer, log, connections, tracer, onCarriedOut, onDropped } = this.options;
    const options: DrainOptions = { env, key, binding, store, writer, log, tracer, onDropped, onCarriedOut: (count, createdMs, times) => onCarriedOut(key, count, createdMs, times) };
    const { config } = binding.sink;
    const user = `sink "${config.name}"`;
    switch (config.connector) {
      case 'mqtt':
        return this.mqttSink(options, config.connection);
      case 'lake':
        return this.lakeSink(options, config.table);
      case 'http':
        return httpSink(options, config, { url: connections.required(config.connection, 'server', user).url, authorization: () => connections.authorizationOf(config.connection) });
      case 'file':
        return fileSink(options, config, this.folderOf(connections.required(config.connection, 'folder', user).path));
      case 'statsd':
        return statsdSink(options, connections.required(config.connection, 'statsd', user));
      case 'featureStore':
        return featureSink(options, config.view, () => this.openFeatures());
      case 'stdout':
        return stdoutSink(options, this.options.stdout);
    }
  }

  private mqttSink(options: DrainOptions, connection: string): MqttSink {
    const shared = this.publisherOf(connection);
    const sink = new MqttSink({ ...options, publisher: shared.publisher });
    shared.sinks.push(sink);
    return sink;
  }

  private async lakeSink(options: DrainOptions, table: string): Promise<LakeSink> {
    this.limits.set(options.key, new OutboxLimits({ ...options, policy: options.binding.sink.config.outbox }));
    const { rollRows, rollMs, compactEveryMs } = this.options;
    return new LakeSink({ ...options, table: await this.table(table), rollRows, rollMs, compactEveryMs });
  }

  private folderOf(root: string): FileFolder {
    const folder = this.folders.get(root) ?? new FileFolder(root);
    this.folders.set(root, folder);
    return folder;
  }

  private openFeatures(): Promise<FeatureStore> {
    if (this.features === null) {
      this.features = FeatureStore.open(this.options.featuresFile);
      this.features.catch(() => (this.features = null));
    }
    return this.features;
  }

  private publisherOf(connection: string): { readonly publisher: Publisher; readonly sinks: MqttSink[] } {
    const known = this.publishers.get(connection);
    if (known !== undefined) return known;
    const { env, agentId, brokerOf, log } = this.options;
    const sinks: MqttSink[] = [];
    const publisher = new Publisher({
      env,
      settings: brokerOf(connection),
      clientId: `littoral-${agentId}-out-${connection}`,
      agentId,
      log,
      onRefused: () => this.options.onDropped('refused', 1),
      onRoom: () => {
        for (const sink of sinks) sink.pump();
      }
    });
    const made = { publisher, sinks };
    this.publishers.set(connection, made);
    publisher.start();
    return made;
  }

  private table(name: string): Promise<LakeTable> {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
      return Promise.reject(new LittoralError('TABLE_NAME', `lake table "${name}": the name becomes a folder; use letters, digits, ".", "_" and "-".`));
    }
    let table = this.tables.get(name);
    if (table === undefined) {
      table = LakeTable.open(this.options.lakeDir, name, this.options.env);
      table.catch(() => this.tables.delete(name));
      this.tables.set(name, table);
    }
    return table;
  }
}

async function requireFolder(path: string, user: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (error) {
    throw storageError(error, `${user}, folder ${path}`);
  }
}
