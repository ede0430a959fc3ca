import type { MqttEffect } from './effect-codec';

/** One HTTP request as it waits in the outbox. */
export interface Request {
  readonly path: string;
  readonly body: Uint8Array;
  /** Rows that its body holds. */
  readonly rows: number;
}

/** What stands in the place of a topic: the number of rows, a space, the path. */
export function requestTopic(path: string, rows: number): string {
  return `${rows} ${path}`;
}

export function requestOf({ topic, payload }: MqttEffect): Request {
  const space = topic.indexOf(' ');
  return { path: topic.slice(space + 1), body: payload, rows: Number(topic.slice(0, space)) };
}
