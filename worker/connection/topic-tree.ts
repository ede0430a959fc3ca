import type { Clock } from '../platform/clock';
import type { TopicInfo } from '../protocol';
import type { MqttMessage } from './mqtt-transport';
import type { Arrival } from './subscriptions';
import { RateMeter } from './rate-meter';

const TOPICS_MAX = 10_000;
const PAYLOAD_BYTES_MAX = 64 * 1024;
const SAMPLES_PER_TOPIC = 64;
const SAMPLE_BYTES_MAX = 32 * 1024 * 1024;

interface TopicEntry {
  messages: number;
  lastArrivalMs: number;
  lastBytes: number;
  retained: boolean;
  readonly rate: RateMeter;
  /** Newest last. */
  readonly samples: Uint8Array[];
}

/** What was seen per topic while somebody watched: counts, rates, newest payloads. Bounded in topics and bytes. */
export class TopicTree {
  private readonly topics = new Map<string, TopicEntry>();
  private sampleBytes = 0;
  private overflow = 0;

  constructor(private readonly clock: Clock) {}

  /** Messages of topics beyond the 10 000th. */
  get uncounted(): number {
    return this.overflow;
  }

  add(message: MqttMessage, arrival: Arrival): void {
    const entry = this.topics.get(message.topic) ?? this.create(message.topic);
    if (entry === null) {
      this.overflow += 1;
      return;
    }
    entry.messages += 1;
    entry.lastArrivalMs = arrival.arrivalTimeMs;
    entry.lastBytes = message.payload.length;
    entry.retained = message.retain;
    entry.rate.count();
    this.keep(entry, message.payload);
  }

  list(): readonly TopicInfo[] {
    return [...this.topics].map(([topic, entry]) => {
      const payload = entry.samples[entry.samples.length - 1] ?? new Uint8Array(0);
      return {
        topic,
        messages: entry.messages,
        messagesPerS: entry.rate.perS(),
        lastBytes: entry.lastBytes,
        lastPayload: payload,
        lastArrivalMs: entry.lastArrivalMs,
        retained: entry.retained,
        format: payloadFormat(payload)
      };
    });
  }

  /** Newest payloads of the topics that `matches` accepts, at most `samplesMax`, fairly taken from all of them. */
  samples(matches: (topic: string) => boolean, samplesMax: number): { readonly topic: string; readonly payload: Uint8Array }[] {
    const sources = [...this.topics].filter(([topic]) => matches(topic));
    const taken: { topic: string; payload: Uint8Array }[] = [];
    for (let back = 1; back <= SAMPLES_PER_TOPIC && taken.length < samplesMax; back += 1) {
      for (const [topic, entry] of sources) {
        const payload = entry.samples[entry.samples.length - back];
        if (payload !== undefined && taken.length < samplesMax) taken.push({ topic, payload });
      }
    }
    return taken.reverse();
  }

  clear(): void {
    this.topics.clear();
    this.sampleBytes = 0;
    this.overflow = 0;
  }

  private create(topic: string): TopicEntry | null {
    if (this.topics.size >= TOPICS_MAX) return null;
    const entry: TopicEntry = { messages: 0, lastArrivalMs: 0, lastBytes: 0, retained: false, rate: new RateMeter(this.clock), samples: [] };
    this.topics.set(topic, entry);
    return entry;
  }

  /** A copy, because the payload is a window into a whole network frame. Without budget only the newest is kept. */
  private keep(entry: TopicEntry, payload: Uint8Array): void {
    const copy = payload.slice(0, PAYLOAD_BYTES_MAX);
    entry.samples.push(copy);
    this.sampleBytes += copy.length;
    while (entry.samples.length > 1 && (entry.samples.length > SAMPLES_PER_TOPIC || this.sampleBytes > SAMPLE_BYTES_MAX)) {
      this.sampleBytes -= entry.samples.shift()?.length ?? 0;
    }
  }
}

/** How a payload reads to a person: JSON by its first character and a parse of short ones, else text or binary. */
export function payloadFormat(payload: Uint8Array): 'JSON' | 'text' | 'binary' {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return 'binary';
  }
  if (/^\s*[[{]/.test(text) && payload.length >= PAYLOAD_BYTES_MAX) return 'JSON';
  try {
    JSON.parse(text);
    return 'JSON';
  } catch {
    return [...text].some(isControl) ? 'binary' : 'text';
  }
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return code < 32 && code !== 9 && code !== 10 && code !== 13;
}
