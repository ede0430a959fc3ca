import { T0 } from './bench';

const DEVICES = 20;
/** Event time from one message to the next. */
export const STEP_MS = 5;

/** One message: what is published, and the recording line that stands for it. */
export interface PlantMessage {
  readonly topic: string;
  readonly payload: string;
  readonly line: string;
}

/** Message `index` of the plant: devices in turn, values that move, records numbered by each device. */
export function plantMessage(index: number): PlantMessage {
  const value = ((index * 7919) % 1_000) / 8 - 20;
  return messageOf(`plant/d${index % DEVICES}/value`, JSON.stringify({ tMs: T0 + index * STEP_MS, value, n: Math.floor(index / DEVICES) }));
}

/** Only messages that the plan's filter lets pass. */
export function positiveMessage(index: number): PlantMessage {
  return messageOf(`plant/d${index % DEVICES}/value`, JSON.stringify({ tMs: T0 + index * STEP_MS, value: 1 + (index % 100) / 8, n: Math.floor(index / DEVICES) }));
}

/** A message so late that every window before it closes. */
export function lastMessage(): PlantMessage {
  return messageOf('plant/d0/value', JSON.stringify({ tMs: T0 + 1e9, value: 1, n: 1e9 }));
}

/** The message with its recording line. */
export function messageOf(topic: string, payload: string): PlantMessage {
  return { topic, payload, line: JSON.stringify({ arrivalTimeMs: T0, topic, payload: JSON.parse(payload) as unknown }) };
}
