import { RecordingReader } from '../../engine/recording/recording-reader';
import { LittoralError } from '../../engine/error';
import type { RecordingInfo } from '../protocol';
import type { RecordingStore } from './recording-store';

const LINE_FEED = 10;

/** Sets a recording right that a reload or crash cut off: half a last line is cut, the rest is counted, `interrupted` is stored. */
export async function recover(store: RecordingStore, info: RecordingInfo): Promise<RecordingInfo> {
  const found = await scan(store.read(info.name));
  const repaired: RecordingInfo = {
    ...info,
    messages: found.messages,
    bytes: found.bytes,
    durationMs: found.lastMs === null ? 0 : Math.max(0, found.lastMs - info.createdAtMs),
    state: 'interrupted'
  };
  await store.repair(repaired, found.bytes);
  return repaired;
}

interface Scan {
  messages: number;
  /** Length up to the last whole, readable line. */
  bytes: number;
  lastMs: number | null;
}

/** Counts the whole lines of a recording; stops before the first piece that cannot be read. */
export async function scan(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Scan> {
  const reader = new RecordingReader();
  const found: Scan = { messages: 0, bytes: 0, lastMs: null };
  let offset = 0;
  try {
    for await (const piece of pieces) {
      for (const input of reader.push(piece)) {
        if (input.kind === 'message') found.messages += 1;
        found.lastMs = input.arrivalTimeMs;
      }
      const end = piece.lastIndexOf(LINE_FEED);
      if (end >= 0) found.bytes = offset + end + 1;
      offset += piece.length;
    }
  } catch (error) {
    if (!(error instanceof LittoralError)) throw error;
  }
  return found;
}
