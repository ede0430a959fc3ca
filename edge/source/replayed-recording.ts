import { LittoralError } from '../../engine/error';
import { topicMatches } from '../../engine/graph/topic-filter';
import type { RecordedInput } from '../../engine/recording/recorded-input';
import type { Intake, OfferedMessage } from '../agent/intake';
import { pause, withinMs, type Env } from '../env/env';
import { recordingInputs } from '../host/recording-file';
import type { Log } from '../log/log';
import type { Store } from '../store/store';
import { STOP_MS_MAX, type RunningSource, type SourceConnection } from './source-port';

export interface ReplayedRecordingOptions {
  readonly env: Env;
  /** Node id of the source. */
  readonly source: string;
  /** Names its position in the store. */
  readonly session: string;
  readonly topic: string;
  readonly path: string;
  /** Times as fast as it was recorded; 0: as fast as it goes. */
  readonly speed: number;
  readonly store: Store;
  readonly intake: Pick<Intake, 'offer'>;
  readonly log: Log;
}

const OFFER_MESSAGES_MAX = 512;
const WAIT_MS = 100;

/**
 * The messages of a recording in the place of a broker, through the same inbox, with the arrival times of the recording. The
 * number of inputs read is committed with them: after a kill it goes on where it was; at the end it stays quiet.
 */
export class ReplayedRecording implements RunningSource {
  readonly duplicates = 0;
  readonly violations = 0;
  problem: string | null = null;
  private read: number;
  private ended = false;
  private paused = false;
  private stopped = false;
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: ReplayedRecordingOptions) {
    const known = options.store.state(this.stateName);
    const position = known === null ? null : (JSON.parse(Buffer.from(known).toString('utf8')) as { readonly path: string; readonly read: number });
    this.read = position?.path === options.path ? position.read : 0;
  }

  get state(): SourceConnection {
    return { state: this.ended ? 'ended' : 'replaying', read: this.read };
  }

  start(): void {
    this.working = this.replay().catch((error: unknown) => {
      if (error instanceof LittoralError && error.code === 'STORE_CLOSED') return;
      this.problem = `recording "${this.options.path}": ${error instanceof Error ? error.message : String(error)}`;
      this.options.log(this.problem, { event: 'source.failed', severity: 'warn' });
    });
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
  }

  stop(): Promise<void> {
    this.stopped = true;
    return withinMs(this.options.env, this.working, STOP_MS_MAX);
  }

  private async replay(): Promise<void> {
    const { path, log, source } = this.options;
    let index = 0;
    const clock = new ReplayClock(this.options);
    for await (const group of recordingInputs(path)) {
      for (let from = Math.max(0, this.read - index); from < group.length; ) {
        const due = await this.dueInputs(group.slice(from, from + OFFER_MESSAGES_MAX), clock);
        if (this.stopped) return;
        await this.give(due, index + from + due.length);
        from += due.length;
      }
      index += group.length;
    }
    this.ended = true;
    log(`source "${source}": the recording "${path}" has ended after ${index} inputs.`, { event: 'source.replay_ended', fields: { source, inputs: index } });
  }

  /** Waits until the first of `inputs` is due; gives all that are due then. */
  private async dueInputs(inputs: readonly RecordedInput[], clock: ReplayClock): Promise<readonly RecordedInput[]> {
    const first = inputs[0];
    for (;;) {
      const waitMs = first === undefined ? 0 : clock.untilDueMs(first.arrivalTimeMs);
      if (this.stopped || (waitMs <= 0 && !this.paused)) return inputs.filter(input => clock.untilDueMs(input.arrivalTimeMs) <= 0 || input === first);
      await pause(this.options.env, this.paused ? WAIT_MS : Math.min(WAIT_MS, waitMs));
    }
  }

  private async give(inputs: readonly RecordedInput[], read: number): Promise<void> {
    const { source, intake, store, path, topic } = this.options;
    const messages = inputs.flatMap((input): OfferedMessage[] => ('topic' in input && topicMatches(topic, input.topic) ? [{ topic: input.topic, payload: input.payload, arrivalTimeMs: input.arrivalTimeMs, properties: input.properties }] : []));
    await intake.offer({ source, messages, write: () => store.setState(this.stateName, Buffer.from(JSON.stringify({ path, read }))) });
    this.read = read;
  }

  private get stateName(): string {
    return `replay:${this.options.session}`;
  }
}

/** Maps arrival times of the recording to the clock. */
class ReplayClock {
  private offsetMs: number | null = null;

  constructor(private readonly options: { readonly env: Env; readonly speed: number }) {}

  untilDueMs(arrivalTimeMs: number): number {
    const { env, speed } = this.options;
    if (speed === 0) return 0;
    const replayMs = arrivalTimeMs / speed;
    this.offsetMs ??= env.monotonicMs() - replayMs;
    return replayMs + this.offsetMs - env.monotonicMs();
  }
}
