import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { dirname, join } from 'node:path';
import type { RecordingRef } from '../../engine/api/host';
import { writeRecordingLine } from '../../engine/recording/write-line';
import { subscribeLive } from './live-subscription';

export interface RecordLiveOptions {
  readonly url: string;
  readonly topic: string;
  readonly seconds: number;
  /** Folder of the recordings. */
  readonly folder: string;
  readonly name?: string;
  readonly log: (line: string) => void;
}

/** File of a recording: `name` itself when it is one, else `<folder>/<name>.recording.ndjson`. */
export function recordingPath(name: string, folder: string): string {
  return existsSync(name) ? name : join(folder, `${name}.recording.ndjson`);
}

/** Writes what arrives on `topic` for `seconds` into a recording, which appears under its name when it is whole. */
export async function recordLive(options: RecordLiveOptions): Promise<RecordingRef> {
  const { url, topic, seconds, folder, log } = options;
  const name = options.name ?? freeName(topic, folder);
  const path = join(folder, `${name}.recording.ndjson`);
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.new`;
  const file = createWriteStream(partial, { flush: true });
  let messages = 0;
  let bytes = 0;
  let [firstMs, lastMs] = [0, 0];
  const subscription = await subscribeLive({
    url,
    filters: [topic],
    log,
    onMessage({ arrivalTimeMs, topic: sent, payload }) {
      const line = writeRecordingLine({ kind: 'message', arrivalTimeMs, topic: sent, payload });
      file.write(line);
      if (messages === 0) firstMs = arrivalTimeMs;
      lastMs = arrivalTimeMs;
      messages++;
      bytes += line.length;
    }
  });
  await new Promise(done => setTimeout(done, seconds * 1_000));
  await subscription.close();
  file.end();
  await finished(file);
  await rename(partial, path);
  return { name, messages, bytes, durationMs: lastMs - firstMs };
}

function freeName(topic: string, folder: string): string {
  const stem = topic.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'recording';
  for (let count = 1; ; count++) if (!existsSync(join(folder, `${stem}-${count}.recording.ndjson`))) return `${stem}-${count}`;
}
