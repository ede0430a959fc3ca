import { assert, LittoralError } from '../../engine/error';
import type { Env } from '../env/env';
import type { BrokerSettings } from '../mqtt/broker-settings';
import { Publisher } from '../mqtt/publisher';
import { LakeSink } from '../sink/lake/lake-sink';
import { LakeTable } from '../sink/lake/lake-table';
import { MqttSink } from '../sink/mqtt-sink';
import type { SinkBinding, SinkDrain } from '../sink/sink-port';
import type { Store } from '../store/store';
import type { DurableWriter } from './durable-writer';

export interface SinksOptions {
  readonly env: Env;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly agentId: string;
  readonly lakeDir: string;
  readonly rollRows: number;
  readonly rollMs: number;
  readonly brokerOf: (connection: string) => BrokerSettings;
  readonly log: (message: string) => void;
  readonly onCarriedOut: (key: string, count: number, createdMs: number) => void;
  /** Rows that will not be carried out, e.g. `refused` by the broker. */
  readonly onDropped: (reason: string, rows: number) => void;
}

/** All ways out of the agent: those of the active pipeline, and those of earlier ones that still have rows. */
export class Sinks {
  private readonly drains = new Map<string, SinkDrain>();
  private readonly publishers = new Map<string, { readonly publisher: Publisher; readonly sinks: MqttSink[] }>();
  private readonly tables = new Map<string, Promise<LakeTable>>();

  constructor(private readonly options: SinksOptions) {}

  /** Takes up the rows that a former process or release left. */
  async resume(): Promise<void> {
    for (const { key, config } of this.options.store.sinksWithRows()) await this.add(key, JSON.parse(config) as SinkBinding);
  }

  /** Rejects when the rows of `bindings` cannot be carried out here. */
  async check(bindings: Iterable<SinkBinding>): Promise<void> {
    for (const { sink, schema } of bindings) {
      if (sink.config.connector === 'featureStore') throw new LittoralError('NO_FEATURE_STORE', `sink "${sink.config.name}": this agent has no feature store for the view "${sink.config.view}". Publish the view instead, .to(publish('features/{…}', { retain: true })): then the broker keeps the last row of each key.`);
      if (sink.config.connector === 'mqtt') this.options.brokerOf(sink.config.connection);
      else (await this.table(sink.config.table)).check(schema, sink.config.partitionBy);
    }
  }

  async add(key: string, binding: SinkBinding): Promise<void> {
    if (this.drains.has(key)) return;
    const { config } = binding.sink;
    assert(config.connector !== 'featureStore', 'sinks are checked before they are added');
    const drain = config.connector === 'mqtt' ? this.mqttSink(key, binding, config.connection) : await this.lakeSink(key, binding, config.table);
    this.drains.set(key, drain);
    drain.wake(0);
  }

  wake(key: string, rows: number): void {
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
  }

  private mqttSink(key: string, binding: SinkBinding, connection: string): MqttSink {
    const { env, store, writer, onCarriedOut } = this.options;
    const shared = this.publisherOf(connection);
    const sink = new MqttSink({ env, key, binding, store, writer, publisher: shared.publisher, onCarriedOut: (count, createdMs) => onCarriedOut(key, count, createdMs) });
    shared.sinks.push(sink);
    return sink;
  }

  private async lakeSink(key: string, binding: SinkBinding, table: string): Promise<LakeSink> {
    const { env, store, writer, rollRows, rollMs, log, onCarriedOut } = this.options;
    return new LakeSink({ env, key, binding, store, writer, table: await this.table(table), rollRows, rollMs, log, onCarriedOut: (count, createdMs) => onCarriedOut(key, count, createdMs) });
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
