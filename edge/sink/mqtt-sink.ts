import { LittoralError } from '../../engine/error';
import { withinMs, type Env, type Timer } from '../env/env';
import type { Publisher } from '../mqtt/publisher';
import type { OutboxRow, Store } from '../store/store';
import type { DurableWriter } from '../agent/durable-writer';
import { decodeEffects, type MqttEffect } from './effect-codec';
import type { SinkBinding, SinkDrain } from './sink-port';

export interface MqttSinkOptions {
  readonly env: Env;
  readonly key: string;
  readonly binding: SinkBinding;
  readonly store: Store;
  readonly writer: DurableWriter;
  readonly publisher: Publisher;
  /** Called for every effect that the broker has, with the time at which its row was made. */
  readonly onCarriedOut: (count: number, createdMs: number) => void;
}

interface OpenRow {
  readonly row: OutboxRow;
  readonly effects: readonly MqttEffect[];
  next: number;
  unconfirmed: number;
}

const ROWS_LOADED = 16;
const DELETE_AFTER_MS = 10;

/** Publishes the outbox rows of one sink in order and deletes each when the broker has confirmed all of it. */
export class MqttSink implements SinkDrain {
  private readonly waiting: OpenRow[] = [];
  private readonly finished: number[] = [];
  private loadedId = -1;
  private openRows = 0;
  private timer: Timer | null = null;
  private stopped = false;
  private idle: (() => void)[] = [];
  private ended = false;

  constructor(private readonly options: MqttSinkOptions) {}

  get problem(): string | null {
    const { state } = this.options.publisher;
    return state.state === 'connecting' ? state.error : null;
  }

  wake(): void {
    this.ended = false;
    this.pump();
  }

  /** Publishes while there are rows and the publisher has room. */
  pump(): void {
    const { publisher } = this.options;
    while (!this.stopped) {
      const open = this.waiting[0] ?? this.load();
      if (open === undefined) return this.settleIdle();
      if (!publisher.ready) return;
      this.publishNext(open);
      if (open.next >= open.effects.length) this.waiting.shift();
    }
  }

  async flush(deadlineMs: number): Promise<void> {
    const done = new Promise<void>(resolve => this.idle.push(resolve));
    this.pump();
    const { env } = this.options;
    await withinMs(env, done, Math.max(0, deadlineMs - env.monotonicMs()));
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    this.deleteFinished();
    return Promise.resolve();
  }

  private load(): OpenRow | undefined {
    if (this.ended) return undefined;
    const rows = this.options.store.outbox(this.options.key, this.loadedId, ROWS_LOADED);
    this.ended = rows.length < ROWS_LOADED;
    for (const row of rows) {
      const effects = decodeEffects(row.body);
      this.loadedId = row.id;
      this.openRows++;
      this.waiting.push({ row, effects, next: 0, unconfirmed: effects.length });
    }
    return this.waiting[0];
  }

  private publishNext(open: OpenRow): void {
    const { binding, publisher, key } = this.options;
    const { config } = binding.sink;
    if (config.connector !== 'mqtt') throw new LittoralError('INTERNAL', `sink "${key}": not an MQTT sink`);
    const effect = open.effects[open.next];
    if (effect === undefined) return this.confirmed(open, 0);
    const effectId = `${key}/${open.row.id + open.next}`;
    open.next++;
    publisher.publish({ topic: effect.topic, payload: effect.payload, qos: config.qos, retain: config.retain, effectId }, () => this.confirmed(open, 1));
  }

  private confirmed(open: OpenRow, count: number): void {
    open.unconfirmed -= count;
    if (count > 0) this.options.onCarriedOut(count, open.row.createdMs);
    if (open.unconfirmed > 0 || open.next < open.effects.length) return;
    this.openRows--;
    this.finished.push(open.row.id);
    if (!this.stopped) this.timer ??= this.options.env.setTimer(DELETE_AFTER_MS, () => this.deleteFinished());
  }

  private deleteFinished(): void {
    this.timer = null;
    const { key, store, writer } = this.options;
    const ids = this.finished.splice(0);
    if (ids.length === 0) return;
    const done = writer.tryCommit(() => {
      for (const id of ids) store.deleteOutboxRow(key, id);
    });
    if (!done) {
      this.finished.push(...ids);
      if (!this.stopped) this.timer ??= this.options.env.setTimer(1_000, () => this.deleteFinished());
      return;
    }
    this.settleIdle();
  }

  private settleIdle(): void {
    if (this.openRows > 0 || this.finished.length > 0) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }
}
