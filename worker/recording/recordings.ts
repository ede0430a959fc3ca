import { didYouMean } from '../../engine/did-you-mean';
import { LittoralError } from '../../engine/error';
import { RecordingReader } from '../../engine/recording/recording-reader';
import type { Connection } from '../connection/connection';
import type { Subscription } from '../connection/subscriptions';
import type { Clock, Timer } from '../platform/clock';
import { joinBytes } from '../platform/join-bytes';
import type { RecordingInfo, StreamsEvent } from '../protocol';
import { Recorder } from './recorder';
import { recover } from './recover';
import type { RecordingStore } from './recording-store';

const ACTIVE_MAX = 16;

export interface RecordingsOptions {
  readonly store: Promise<RecordingStore>;
  readonly clock: Clock;
  readonly emit: (event: StreamsEvent) => void;
}

interface Active {
  readonly recorder: Recorder;
  readonly subscription: Subscription;
  readonly timer: Timer | null;
  readonly done: Promise<RecordingInfo>;
  readonly settle: (outcome: RecordingInfo | LittoralError) => void;
}

/** Recordings of this browser: those under way and those in storage. */
export class Recordings {
  private readonly active = new Map<string, Active>();
  /** Names between the check that they are free and their recorder. */
  private readonly starting = new Set<string>();
  private readonly recoveries = new Map<string, Promise<RecordingInfo>>();

  constructor(private readonly options: RecordingsOptions) {
    options.clock.every(1_000, () => {
      if (this.active.size > 0) options.emit({ kind: 'recordings' });
    });
  }

  async start(connection: Connection, topic: string, options: { readonly name?: string; readonly seconds?: number }): Promise<RecordingInfo> {
    await connection.connect();
    if (this.active.size >= ACTIVE_MAX) throw new LittoralError('RECORDING_LIMIT', `recording of "${topic}": ${ACTIVE_MAX} recordings are already running. Stop one first.`);
    const name = options.name ?? (await this.freeName(topic));
    await this.assertFree(name);
    this.starting.add(name);
    try {
      await this.begin(connection, topic, name, options.seconds);
    } finally {
      this.starting.delete(name);
    }
    this.options.emit({ kind: 'recordings' });
    return await this.find(name);
  }

  private async begin(connection: Connection, topic: string, name: string, seconds: number | undefined): Promise<void> {
    const { clock } = this.options;
    const store = await this.options.store;
    const writer = await store.create({ name, topic, messages: 0, bytes: 0, durationMs: 0, createdAtMs: clock.nowMs(), state: 'recording' });
    const recorder = new Recorder({ name, topic, writer, clock, onFailure: error => void this.end(name, error) });
    try {
      const subscription = await connection.subscribe(topic, recorder);
      this.track(name, { recorder, subscription, seconds });
    } catch (error) {
      await recorder.finish();
      await store.delete(name);
      throw error;
    }
  }

  async stop(name: string): Promise<RecordingInfo> {
    const active = this.active.get(name);
    if (active === undefined) return await this.find(name);
    const info = await active.recorder.finish();
    await this.end(name, info);
    return info;
  }

  /** Resolves when the recording has ended; rejects when it ended because it could not be stored. */
  async done(name: string): Promise<RecordingInfo> {
    return (await this.active.get(name)?.done) ?? (await this.find(name));
  }

  async list(): Promise<readonly RecordingInfo[]> {
    const store = await this.options.store;
    const infos: RecordingInfo[] = [];
    for (const info of await store.list()) infos.push(this.active.get(info.name)?.recorder.info('recording') ?? (await this.settled(store, info)));
    return infos.sort((a, b) => b.createdAtMs - a.createdAtMs);
  }

  async delete(name: string): Promise<void> {
    if (this.active.has(name)) await this.stop(name);
    await this.find(name);
    await (await this.options.store).delete(name);
    this.options.emit({ kind: 'recordings' });
  }

  /** The bytes of a recording that has ended, piece by piece. */
  async read(name: string): Promise<AsyncIterable<Uint8Array>> {
    const info = await this.find(name);
    if (info.state === 'recording') throw new LittoralError('RECORDING_BUSY', `recording "${name}": it is still being recorded. Stop it first.`, { retryable: true });
    return (await this.options.store).read(name);
  }

  /** The whole text of a recording that has ended. */
  async export(name: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for await (const piece of await this.read(name)) pieces.push(piece);
    return joinBytes(pieces);
  }

  /** Takes a recording from outside; refuses text that is none, with the line. */
  async import(name: string, ndjson: Uint8Array): Promise<RecordingInfo> {
    await this.assertFree(name);
    const reader = new RecordingReader();
    const inputs = [...reader.push(ndjson), ...reader.end()];
    const first = inputs[0]?.arrivalTimeMs ?? 0;
    const last = inputs[inputs.length - 1]?.arrivalTimeMs ?? 0;
    const topics = new Set(inputs.map(input => (input.kind === 'message' ? input.topic : '')).filter(topic => topic !== ''));
    const info: RecordingInfo = {
      name,
      topic: topics.size === 1 ? ([...topics][0] ?? '#') : '#',
      messages: inputs.filter(input => input.kind === 'message').length,
      bytes: ndjson.length,
      durationMs: Math.max(0, last - first),
      createdAtMs: this.options.clock.nowMs(),
      state: 'complete'
    };
    const store = await this.options.store;
    const writer = await store.create({ ...info, state: 'recording' });
    try {
      await writer.append(ndjson);
      await writer.close(info);
    } catch (error) {
      await writer.close({ ...info, state: 'interrupted' });
      await store.delete(name);
      throw error;
    }
    this.options.emit({ kind: 'recordings' });
    return info;
  }

  /** The description of one recording; throws `UNKNOWN_RECORDING`. */
  async find(name: string): Promise<RecordingInfo> {
    const infos = await this.list();
    const info = infos.find(candidate => candidate.name === name);
    if (info !== undefined) return info;
    const names = infos.map(candidate => candidate.name);
    throw new LittoralError('UNKNOWN_RECORDING', `recording "${name}": no such recording in this browser; there ${names.length === 0 ? 'is none' : `are ${names.slice(0, 10).join(', ')}`}.${didYouMean(name, names)} Record or import it first.`, {
      details: { recording: name }
    });
  }

  private track(name: string, { recorder, subscription, seconds }: { recorder: Recorder; subscription: Subscription; seconds: number | undefined }): void {
    let settle: Active['settle'] = () => undefined;
    const done = new Promise<RecordingInfo>((resolve, reject) => {
      settle = outcome => (outcome instanceof LittoralError ? reject(outcome) : resolve(outcome));
    });
    done.catch(() => undefined);
    const timer = seconds === undefined ? null : this.options.clock.after(seconds * 1_000, () => void this.stop(name));
    this.active.set(name, { recorder, subscription, timer, done, settle });
  }

  private async end(name: string, outcome: RecordingInfo | LittoralError): Promise<void> {
    const active = this.active.get(name);
    if (active === undefined) return;
    this.active.delete(name);
    active.timer?.cancel();
    active.settle(outcome);
    this.options.emit({ kind: 'recordings' });
    await active.subscription.close();
  }

  /** A recording that nobody writes any more but that was never ended was cut off by a reload or a crash. */
  private async settled(store: RecordingStore, info: RecordingInfo): Promise<RecordingInfo> {
    if (info.state !== 'recording' || this.starting.has(info.name) || (await store.isOpen(info.name))) return info;
    const recovery = this.recoveries.get(info.name) ?? recover(store, info).finally(() => this.recoveries.delete(info.name));
    this.recoveries.set(info.name, recovery);
    return await recovery;
  }

  private async freeName(topic: string): Promise<string> {
    const base = topic.replace(/[^\w]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60) || 'recording';
    const taken = new Set((await this.list()).map(info => info.name));
    let counter = 1;
    while (taken.has(`${base}-${counter}`)) counter += 1;
    return `${base}-${counter}`;
  }

  private async assertFree(name: string): Promise<void> {
    if (!/^\w[\w.-]{0,99}$/.test(name)) {
      throw new LittoralError('RECORDING_NAME', `recording "${name}": a name has 1 to 100 letters, digits, ".", "-" or "_" and begins with a letter or digit. Choose another name.`);
    }
    if (this.starting.has(name) || (await this.list()).some(info => info.name === name)) throw new LittoralError('RECORDING_EXISTS', `recording "${name}": there is one of this name already. Choose another name or delete it first.`);
  }
}
