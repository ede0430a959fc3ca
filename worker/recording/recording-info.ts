import type { RecordingInfo } from '../protocol';

const STATES: readonly string[] = ['recording', 'complete', 'interrupted'];

/** The stored description of a recording, or null when the text is not one (a file of another program, a torn write). */
export function parseInfo(text: string, name: string): RecordingInfo | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { name, messages: 0, bytes: 0, durationMs: 0, createdAtMs: 0, topic: '', state: 'recording' };
  }
  if (typeof value !== 'object' || value === null) return null;
  const record = value as Readonly<Record<string, unknown>>;
  const number = (key: string): number => (typeof record[key] === 'number' ? record[key] : 0);
  const state = record['state'];
  if (record['name'] !== name || typeof state !== 'string' || !STATES.includes(state)) return null;
  return {
    name,
    messages: number('messages'),
    bytes: number('bytes'),
    durationMs: number('durationMs'),
    createdAtMs: number('createdAtMs'),
    topic: typeof record['topic'] === 'string' ? record['topic'] : '',
    state: state as RecordingInfo['state']
  };
}
