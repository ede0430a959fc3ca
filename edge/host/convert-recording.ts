import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { RecordingReader } from '../../engine/recording/recording-reader';
import { nameRecording, recordingPieces } from './recording-file';

/**
 * Writes the recording at `from` to `to`, packed when `to` ends in `.gz`, plain otherwise; the text is the same byte for
 * byte, so both ways together lose nothing. Every line is checked; `to` appears only when all are right.
 */
export async function convertRecording(from: string, to: string): Promise<{ readonly messages: number; readonly ticks: number }> {
  const counts = { messages: 0, ticks: 0 };
  await mkdir(dirname(to), { recursive: true });
  const neighbour = `${to}.${process.pid}.new`;
  const source = Readable.from(checkedPieces(from, counts));
  try {
    const target = createWriteStream(neighbour, { flush: true });
    await (to.endsWith('.gz') ? pipeline(source, createGzip(), target) : pipeline(source, target));
    await rename(neighbour, to);
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
  return counts;
}

async function* checkedPieces(path: string, counts: { messages: number; ticks: number }): AsyncGenerator<Uint8Array> {
  const reader = new RecordingReader();
  const count = (inputs: ReturnType<RecordingReader['push']>): void => {
    for (const input of inputs) counts[input.kind === 'tick' ? 'ticks' : 'messages']++;
  };
  try {
    for await (const piece of recordingPieces(path)) {
      count(reader.push(piece));
      yield piece;
    }
    count(reader.end());
  } catch (error) {
    throw nameRecording(error, path);
  }
}
