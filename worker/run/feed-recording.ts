import type { RecordedInput } from '../../engine/recording/recorded-input';
import { RecordingReader } from '../../engine/recording/recording-reader';
import type { Clock } from '../platform/clock';
import type { Run } from './run';

const FRAME_MS = 16;
const PAUSE_POLL_MS = 50;

export interface RecordingFeed {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** Times real time; Infinity feeds at once. */
  readonly speed: number;
  readonly clock: Clock;
}

/** Feeds a recording and its end to a run as if it arrived now, `speed` times as fast. Results do not depend on the speed. */
export async function feedRecording(run: Run, feed: RecordingFeed): Promise<void> {
  const { clock, speed } = feed;
  const reader = new RecordingReader();
  const beganAtMs = clock.preciseMs();
  let firstMs: number | null = null;
  const dueInMs = (input: RecordedInput): number => {
    firstMs ??= input.arrivalTimeMs;
    return speed === Infinity ? 0 : (input.arrivalTimeMs - firstMs) / speed - (clock.preciseMs() - beganAtMs);
  };
  const take = async (inputs: readonly RecordedInput[]): Promise<void> => {
    let from = 0;
    while (from < inputs.length && !run.ended) {
      let to = from;
      while (to < inputs.length && dueInMs(inputs[to] as RecordedInput) <= FRAME_MS) to += 1;
      await run.feed(inputs.slice(from, to));
      from = to;
      while (run.paused) await wait(clock, PAUSE_POLL_MS);
      if (from < inputs.length) await wait(clock, Math.max(1, dueInMs(inputs[from] as RecordedInput)));
    }
  };
  for await (const piece of feed.pieces) {
    if (run.ended) return;
    await take(reader.push(piece));
  }
  await take(reader.end());
  await run.feed([{ kind: 'end' }]);
  await run.stop();
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise(done => clock.after(ms, () => done()));
}
