import { LittoralError } from '../../engine/error';
import { writeRecordingLine } from '../../engine/recording/write-line';
import type { Arrival, Consumer } from '../connection/subscriptions';
import type { MqttMessage } from '../connection/mqtt-transport';
import type { Clock, Timer } from '../platform/clock';
import { joinBytes } from '../platform/join-bytes';
import type { RecordingInfo } from '../protocol';
import type { RecordingWriter } from './recording-store';

const FLUSH_MS = 250;
const FLUSH_BYTES = 1024 * 1024;
const PENDING_BYTES_MAX = 64 * 1024 * 1024;
/** Silence after which an idle tick is recorded, so that a replay's watermark passes as it did live. */
const TICK_MS = 1_000;

export interface RecorderOptions {
  readonly name: string;
  readonly topic: string;
  readonly writer: RecordingWriter;
  readonly clock: Clock;
  /** Writing failed; the recorder has stopped and kept what was written before. */
  readonly onFailure: (error: LittoralError) => void;
}

interface Pending {
  readonly lines: Uint8Array[];
  bytes: number;
  messages: number;
}

/** Writes messages as lines, in batches. What is on disk is always a valid recording up to its last line end. */
export class Recorder implements Consumer {
  private pending: Pending = { lines: [], bytes: 0, messages: 0 };
  private written = { bytes: 0, messages: 0 };
  private readonly beganAtMs: number;
  private lastAtMs: number;
  private readonly timers: readonly Timer[];
  private writing: Promise<void> = Promise.resolve();
  private stopped = false;
  private failed = false;
  private finishing: Promise<RecordingInfo> | null = null;

  constructor(private readonly options: RecorderOptions) {
    const { clock } = options;
    this.beganAtMs = clock.nowMs();
    this.lastAtMs = this.beganAtMs;
    this.timers = [clock.every(FLUSH_MS, () => void this.flush()), clock.every(TICK_MS / 2, () => this.tick())];
  }

  onMessage(message: MqttMessage, arrival: Arrival): void {
    if (this.stopped) return;
    const { topic, payload, qos, retain, properties } = message;
    this.pending.messages += 1;
    this.take(
      arrival.arrivalTimeMs,
      writeRecordingLine({
        kind: 'message',
        arrivalTimeMs: arrival.arrivalTimeMs,
        topic,
        payload,
        ...(qos === 0 ? {} : { qos }),
        ...(retain ? { retain } : {}),
        ...(properties === undefined ? {} : { properties })
      })
    );
  }

  info(state: RecordingInfo['state']): RecordingInfo {
    const endMs = this.stopped ? this.lastAtMs : this.options.clock.nowMs();
    return {
      name: this.options.name,
      topic: this.options.topic,
      messages: this.written.messages + this.pending.messages,
      bytes: this.written.bytes + this.pending.bytes,
      durationMs: endMs - this.beganAtMs,
      createdAtMs: this.beganAtMs,
      state
    };
  }

  /** Ends the recording; resolves when everything is on disk. */
  finish(): Promise<RecordingInfo> {
    this.finishing ??= this.end();
    return this.finishing;
  }

  private async end(): Promise<RecordingInfo> {
    this.halt(this.options.clock.nowMs());
    await this.flush();
    if (this.failed) return this.info('interrupted');
    const info = this.info('complete');
    await this.options.writer.close(info);
    return info;
  }

  private tick(): void {
    const nowMs = this.options.clock.nowMs();
    if (nowMs - this.lastAtMs >= TICK_MS) this.take(nowMs, writeRecordingLine({ kind: 'tick', arrivalTimeMs: nowMs }));
  }

  private take(arrivalTimeMs: number, line: Uint8Array): void {
    this.lastAtMs = arrivalTimeMs;
    this.pending.lines.push(line);
    this.pending.bytes += line.length;
    if (this.pending.bytes > PENDING_BYTES_MAX) {
      void this.fail(
        new LittoralError('RECORDING_OVERRUN', `recording "${this.options.name}": messages come faster than this browser can store them (${PENDING_BYTES_MAX / 1024 / 1024} MiB waiting); what was written before is kept. Record fewer topics.`)
      );
    } else if (this.pending.bytes > FLUSH_BYTES) void this.flush();
  }

  private flush(): Promise<void> {
    this.writing = this.writing.then(() => this.writePending());
    return this.writing;
  }

  private async writePending(): Promise<void> {
    const batch = this.pending;
    if (batch.lines.length === 0) return;
    this.pending = { lines: [], bytes: 0, messages: 0 };
    try {
      await this.options.writer.append(joinBytes(batch.lines));
      this.written = { bytes: this.written.bytes + batch.bytes, messages: this.written.messages + batch.messages };
    } catch (error) {
      await this.fail(asStorageFailure(this.options.name, error));
    }
  }

  private async fail(error: LittoralError): Promise<void> {
    if (this.failed) return;
    this.failed = true;
    this.halt(this.lastAtMs);
    this.pending = { lines: [], bytes: 0, messages: 0 };
    await this.options.writer.close(this.info('interrupted'));
    this.options.onFailure(error);
  }

  private halt(atMs: number): void {
    this.stopped = true;
    this.lastAtMs = atMs;
    for (const timer of this.timers) timer.cancel();
  }
}

function asStorageFailure(name: string, error: unknown): LittoralError {
  if (error instanceof LittoralError) return error;
  const seen = error instanceof Error ? error.message : String(error);
  return new LittoralError('STORAGE_FAILED', `recording "${name}": the browser could not store it (${seen}); what was written before is kept. Record again, to less or elsewhere.`, { cause: error });
}
