import { recordingInputs } from './recording-file';

export interface TopicSummary {
  readonly topic: string;
  readonly messages: number;
  readonly payloadBytes: number;
}
/** What a recording holds, found by reading all of it. */
export interface RecordingSummary {
  readonly messages: number;
  readonly ticks: number;
  readonly payloadBytes: number;
  readonly firstArrivalMs: number | null;
  readonly lastArrivalMs: number | null;
  readonly durationMs: number;
  /** The topics with most messages, at most `TOPICS_LISTED_MAX`. */
  readonly topics: readonly TopicSummary[];
  readonly topicCount: number;
}

const TOPICS_LISTED_MAX = 50;
const TOPICS_MAX = 1_000_000;

/** Reads the recording at `path`; rejects with `RECORDING_FORMAT` for a line that is none. */
export async function summarizeRecording(path: string, progress: (messages: number) => void): Promise<RecordingSummary> {
  const topics = new Map<string, { messages: number; payloadBytes: number }>();
  let messages = 0;
  let ticks = 0;
  let payloadBytes = 0;
  let firstArrivalMs: number | null = null;
  let lastArrivalMs: number | null = null;
  for await (const inputs of recordingInputs(path)) {
    for (const input of inputs) {
      firstArrivalMs ??= input.arrivalTimeMs;
      lastArrivalMs = input.arrivalTimeMs;
      if (input.kind === 'tick') ticks++;
      else {
        messages++;
        payloadBytes += input.payload.length;
        const known = topics.get(input.topic);
        if (known !== undefined) {
          known.messages++;
          known.payloadBytes += input.payload.length;
        } else if (topics.size < TOPICS_MAX) topics.set(input.topic, { messages: 1, payloadBytes: input.payload.length });
      }
    }
    progress(messages);
  }
  const sorted = [...topics].map(([topic, counts]) => ({ topic, ...counts })).sort((a, b) => b.messages - a.messages || (a.topic < b.topic ? -1 : 1));
  return {
    messages,
    ticks,
    payloadBytes,
    firstArrivalMs,
    lastArrivalMs,
    durationMs: firstArrivalMs === null || lastArrivalMs === null ? 0 : lastArrivalMs - firstArrivalMs,
    topics: sorted.slice(0, TOPICS_LISTED_MAX),
    topicCount: topics.size
  };
}
