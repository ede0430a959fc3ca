import { assert } from '../../engine/error';
import { withinMs } from '../env/env';
import type { Publisher } from '../mqtt/publisher';
import type { OutboxRow } from '../store/store';
import { decodeContext, type EffectContext } from '../telemetry/effect-context';
import { decodeEffects, type MqttEffect } from './effect-codec';
import { OutboxFeed } from './outbox-feed';
import type { DrainOptions } from './serial-sink';
import type { SinkDrain } from './sink-port';

export interface MqttSinkOptions extends Omit<DrainOptions, 'log'> {
  readonly publisher: Publisher;
}

interface OpenRow {
  readonly row: OutboxRow;
  readonly effects: readonly MqttEffect[];
  readonly context: EffectContext | null;
  next: number;
  unconfirmed: number;
}

/** Publishes the outbox rows of one sink in order and deletes each when the broker has confirmed all of it. */
export class MqttSink implements SinkDrain {
  private readonly feed: OutboxFeed;
  private current: OpenRow | null = null;
  private stopped = false;
  private idle: (() => void)[] = [];

  constructor(private readonly options: MqttSinkOptions) {
    const { env, key, store, writer, binding, onDropped } = options;
    this.feed = new OutboxFeed({ env, key, store, writer, policy: binding.sink.config.outbox, onDropped, onReady: () => this.pump() });
  }

  get problem(): string | null {
    const { state } = this.options.publisher;
    return state.state === 'connecting' ? state.error : null;
  }

  wake(): void {
    this.feed.wake();
    this.pump();
  }

  /** Publishes while there are rows and the publisher has room. */
  pump(): void {
    const { publisher } = this.options;
    while (!this.stopped) {
      if (this.current === null && this.feed.empty) return this.settleIdle();
      if (!publisher.ready) return;
      this.current ??= this.open();
      if (this.current === null) return this.settleIdle();
      this.publishNext(this.current);
    }
  }

  async flush(deadlineMs: number): Promise<void> {
    const { env } = this.options;
    const done = new Promise<void>(resolve => this.idle.push(resolve));
    this.pump();
    await withinMs(env, done, Math.max(0, deadlineMs - env.monotonicMs()));
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.feed.stop();
    return Promise.resolve();
  }

  private open(): OpenRow | null {
    const row = this.feed.next();
    if (row === null) return null;
    const effects = decodeEffects(row.body);
    return { row, effects, context: decodeContext(row.context), next: 0, unconfirmed: effects.length };
  }

  private publishNext(open: OpenRow): void {
    const { binding, publisher, key, tracer } = this.options;
    const { config } = binding.sink;
    assert(config.connector === 'mqtt', 'an MQTT sink has an MQTT binding');
    const effect = open.effects[open.next];
    const row = open.next;
    const effectId = `${key}/${open.row.id + row}`;
    open.next++;
    if (open.next >= open.effects.length) this.current = null;
    if (effect === undefined) return this.confirmed(open, 0);
    const trace = tracer?.begin({ id: effectId, sink: key, context: open.context, row, attributes: { 'messaging.system': 'mqtt', 'messaging.destination.template': config.topic } }) ?? null;
    const message = { topic: effect.topic, payload: effect.payload, qos: config.qos, retain: config.retain, effectId, ...(trace === null ? {} : { properties: trace.properties }) };
    publisher.publish(message, () => {
      trace?.carriedOut();
      this.confirmed(open, 1);
    });
  }

  private confirmed(open: OpenRow, count: number): void {
    open.unconfirmed -= count;
    if (count > 0) this.options.onCarriedOut(count, open.row.createdMs, open.context);
    if (open.unconfirmed <= 0 && open.next >= open.effects.length) this.feed.done(open.row);
  }

  private settleIdle(): void {
    if (!this.feed.empty) return;
    for (const resolve of this.idle.splice(0)) resolve();
  }
}
