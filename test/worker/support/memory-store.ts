import { storageFull } from '../../../worker/recording/recording-store';
import type { RecordingStore } from '../../../worker/recording/recording-store';
import type { RecordingInfo } from '../../../worker/protocol';

/** Recordings in memory, with a size limit and the possibility to forget who has them open (a reload). */
export class MemoryStore implements RecordingStore {
  readonly infos = new Map<string, RecordingInfo>();
  readonly bytes = new Map<string, Uint8Array>();
  readonly open = new Set<string>();
  bytesMax = Infinity;

  list(): Promise<readonly RecordingInfo[]> {
    return Promise.resolve([...this.infos.values()]);
  }

  isOpen(name: string): Promise<boolean> {
    return Promise.resolve(this.open.has(name));
  }

  create(info: RecordingInfo): ReturnType<RecordingStore['create']> {
    this.infos.set(info.name, info);
    this.bytes.set(info.name, new Uint8Array(0));
    this.open.add(info.name);
    return Promise.resolve({
      append: async (more: Uint8Array) => {
        const before = this.bytes.get(info.name) ?? new Uint8Array(0);
        if (before.length + more.length > this.bytesMax) throw storageFull(`recording "${info.name}"`, `${before.length} bytes`);
        const after = new Uint8Array(before.length + more.length);
        after.set(before);
        after.set(more, before.length);
        this.bytes.set(info.name, after);
        await Promise.resolve();
      },
      close: async (last: RecordingInfo) => {
        this.open.delete(info.name);
        this.infos.set(info.name, last);
        await Promise.resolve();
      }
    });
  }

  async *read(name: string): AsyncIterable<Uint8Array> {
    const bytes = this.bytes.get(name) ?? new Uint8Array(0);
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    await Promise.resolve();
  }

  repair(info: RecordingInfo, length: number): Promise<void> {
    this.infos.set(info.name, info);
    this.bytes.set(info.name, (this.bytes.get(info.name) ?? new Uint8Array(0)).slice(0, length));
    return Promise.resolve();
  }

  delete(name: string): Promise<void> {
    this.infos.delete(name);
    this.bytes.delete(name);
    return Promise.resolve();
  }
}
