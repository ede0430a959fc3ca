import { constants, promises as fs, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FileSinkConfig } from '../../engine/plan/nodes/sink';
import { storageError } from '../store/storage-error';
import { decodeEffects } from './effect-codec';
import { pathBelow } from './safe-path';
import { SerialSink, type DrainOptions } from './serial-sink';

/** How much of a file is committed. A file of another inode under the same name is another file. */
interface Committed {
  readonly inode: string;
  readonly length: number;
}

/** One sink at a time works on the files of a folder. */
export class FileFolder {
  private last: Promise<unknown> = Promise.resolve();

  constructor(readonly root: string) {}

  exclusively<T>(body: () => Promise<T>): Promise<T> {
    const result = this.last.then(body, body);
    this.last = result.catch(() => undefined);
    return result;
  }
}

/**
 * Appends rows to files, each exactly once: the length of a file is committed in the transaction that deletes the rows from the
 * outbox. What a killed process has written beyond that length is cut off before anything is appended.
 *
 *   committed length ──┐
 *   ───────────────────┤ written, not committed: cut off after a kill
 */
export function fileSink(options: DrainOptions, config: FileSinkConfig, folder: FileFolder): SerialSink {
  return new SerialSink(options, (row, settle) =>
    folder.exclusively(async () => {
      const lengths = new Map<string, Committed>();
      for (const [path, bytes] of grouped(row.body, config.compression)) {
        const file = pathBelow(folder.root, path);
        lengths.set(file, await append(options, file, bytes));
      }
      await settle(() => {
        for (const [file, committed] of lengths) options.store.setState(stateName(file), Buffer.from(JSON.stringify(committed)));
      });
    })
  );
}

function grouped(body: Uint8Array, compression: 'gzip' | undefined): ReadonlyMap<string, Uint8Array> {
  const parts = new Map<string, Uint8Array[]>();
  for (const { topic, payload } of decodeEffects(body)) {
    const known = parts.get(topic);
    if (known === undefined) parts.set(topic, [payload]);
    else known.push(payload);
  }
  return new Map([...parts].map(([path, payloads]) => [path, compression === undefined ? Buffer.concat(payloads) : gzipSync(Buffer.concat(payloads))]));
}

/** Writes `bytes` after the committed length and syncs them; gives the length to commit. */
async function append(options: DrainOptions, path: string, bytes: Uint8Array): Promise<Committed> {
  try {
    await fs.mkdir(dirname(path), { recursive: true });
    const file = await fs.open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o640);
    try {
      const stats = await file.stat();
      const committed = await committedOf(options, path, stats);
      if (stats.size > committed.length) await file.truncate(committed.length);
      for (let written = 0; written < bytes.length; ) {
        written += (await file.write(bytes, written, bytes.length - written, committed.length + written)).bytesWritten;
      }
      await file.datasync();
      if (committed.length === 0) await syncFolder(dirname(path));
      return { ...committed, length: committed.length + bytes.length };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw storageError(error, path);
  }
}

/** A file that is not the one of the last commit is taken as it is; that is committed before anything is appended to it. */
async function committedOf({ store, writer }: DrainOptions, path: string, stats: Stats): Promise<Committed> {
  const inode = `${stats.dev}-${stats.ino}`;
  const known = store.state(stateName(path));
  if (known !== null) {
    const committed = JSON.parse(Buffer.from(known).toString('utf8')) as Committed;
    if (committed.inode === inode && stats.size >= committed.length) return committed;
  }
  const taken: Committed = { inode, length: stats.size };
  await writer.commit(() => store.setState(stateName(path), Buffer.from(JSON.stringify(taken))));
  return taken;
}

function stateName(path: string): string {
  return `file:${path}`;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await fs.open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
