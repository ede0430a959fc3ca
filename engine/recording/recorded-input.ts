/** One line of a recording; a GraphInput with what else the broker said about the message. */
export type RecordedInput = RecordedMessage | RecordedTick;

export interface RecordedMessage {
  readonly kind: 'message';
  readonly arrivalTimeMs: number;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
  /** MQTT 5 properties. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** An idle tick: time passes although nothing arrives. */
export interface RecordedTick {
  readonly kind: 'tick';
  readonly arrivalTimeMs: number;
}

/** Bounds on a recording that comes from outside. */
export interface RecordingLimits {
  readonly lineBytesMax: number;
  readonly topicBytesMax: number;
}

export const DEFAULT_RECORDING_LIMITS: RecordingLimits = {
  lineBytesMax: 32 * 1024 * 1024,
  topicBytesMax: 65_535
};
