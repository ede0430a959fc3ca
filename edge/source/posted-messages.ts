import { createHash, timingSafeEqual } from 'node:crypto';
import { topicMatches } from '../../engine/graph/topic-filter';
import type { Intake } from '../agent/intake';
import { withinMs, type Env } from '../env/env';
import type { Store } from '../store/store';
import { STOP_MS_MAX, type RunningSource, type SourceConnection } from './source-port';

export interface PostedMessagesOptions {
  readonly env: Env;
  /** Node id of the source. */
  readonly source: string;
  /** Names its keys in the store. */
  readonly session: string;
  readonly topic: string;
  /** What `Authorization: Bearer` must bring, read for every message. */
  readonly token: () => string;
  readonly store: Store;
  readonly intake: Pick<Intake, 'offer'>;
}

export interface PostedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly idempotencyKey: string | null;
  /** Trace context of the request; absent: none. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** Keys of so many inputs are remembered. */
const KEYS_MAX = 100_000;

/** Messages that others post. Each is on disk before it is answered; one with a key that is known is taken once. */
export class PostedMessages implements RunningSource {
  readonly violations = 0;
  readonly problem = null;
  readonly state: SourceConnection = { state: 'listening' };
  duplicates = 0;
  private paused = false;
  private stopped = false;
  private readonly underWay = new Map<string, Promise<void>>();

  constructor(private readonly options: PostedMessagesOptions) {}

  start(): void {
    this.stopped = false;
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await withinMs(this.options.env, Promise.allSettled(this.underWay.values()), STOP_MS_MAX);
  }

  /** Whether messages have to wait. */
  get busy(): boolean {
    return this.paused || this.stopped;
  }

  takes(topic: string): boolean {
    return topicMatches(this.options.topic, topic);
  }

  /** Whether `authorization` brings the token of this source, compared in constant time. */
  admits(authorization: string | undefined): boolean {
    const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
    return timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${this.options.token()}`));
  }

  /** Resolves when the message is on disk, now or since an earlier time. */
  async take({ topic, payload, idempotencyKey, properties }: PostedMessage): Promise<void> {
    const { source, session, store, intake } = this.options;
    if (idempotencyKey === null) return intake.offer({ source, messages: [{ topic, payload, properties }], write: () => undefined });
    const underWay = this.underWay.get(idempotencyKey);
    if (underWay !== undefined || store.hasPostedKey(session, idempotencyKey)) {
      this.duplicates++;
      return underWay;
    }
    const taken = intake.offer({ source, messages: [{ topic, payload, properties }], write: seq => store.putPostedKey(session, idempotencyKey, seq, KEYS_MAX) });
    this.underWay.set(idempotencyKey, taken);
    try {
      await taken;
    } finally {
      this.underWay.delete(idempotencyKey);
    }
  }
}
