import { LittoralError } from '../../engine/error';
import { withinMs, type Env } from '../env/env';
import type { DesiredBundle } from './fleet-messages';
import type { PartialFile } from './partial-file';
import { CHUNK_BYTES, chunkTopic } from './topics';

/** Where pieces come from: `ask` for a topic, `leave` it again. */
export interface ChunkSource {
  ask(topic: string): void;
  leave(topic: string): void;
}

/** Pieces on their way at once: what waits in memory is bounded by them. */
const WINDOW = 8;
const SILENCE_MS = 30_000;
const HTTP_TIMEOUT_MS = 120_000;

/** Fetches the pieces of a bundle file that the broker keeps. Give every message of the broker to `take`. */
export class ChunkDownload {
  private readonly arrived = new Map<number, Uint8Array>();
  private readonly asked = new Set<number>();
  private wake: () => void = () => undefined;
  private ended = false;

  constructor(
    private readonly options: { readonly env: Env; readonly source: ChunkSource; readonly desired: DesiredBundle; readonly file: PartialFile; readonly onProgress: (received: number) => void }
  ) {}

  /** Resolves when the file is whole. Rejects with `DOWNLOAD_SILENT` when pieces stay away, `DOWNLOAD_SIZE`, or a storage error. */
  async run(): Promise<void> {
    const { env, file, onProgress } = this.options;
    try {
      while (!file.isWhole) {
        if (this.ended) throw new LittoralError('DOWNLOAD_ENDED', 'bundle: the download was given up');
        const next = Math.floor(file.length / CHUNK_BYTES);
        this.askFrom(next);
        const bytes = this.arrived.get(next);
        if (bytes === undefined) {
          await this.nextArrival(env);
          continue;
        }
        this.arrived.delete(next);
        this.leave(next);
        await file.append(bytes);
        onProgress(file.length);
      }
    } finally {
      for (const index of [...this.asked]) this.leave(index);
    }
  }

  take(topic: string, payload: Uint8Array): void {
    const { fileSha256 } = this.options.desired;
    for (const index of this.asked) {
      if (topic !== chunkTopic(fileSha256, index) || payload.length !== this.sizeOf(index)) continue;
      this.arrived.set(index, payload);
      this.wake();
    }
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  private sizeOf(index: number): number {
    return Math.min(CHUNK_BYTES, this.options.desired.size - index * CHUNK_BYTES);
  }

  private askFrom(first: number): void {
    const { source, desired } = this.options;
    const count = Math.ceil(desired.size / CHUNK_BYTES);
    for (let index = first; index < Math.min(count, first + WINDOW); index++) {
      if (this.asked.has(index)) continue;
      this.asked.add(index);
      source.ask(chunkTopic(desired.fileSha256, index));
    }
  }

  private leave(index: number): void {
    this.asked.delete(index);
    this.options.source.leave(chunkTopic(this.options.desired.fileSha256, index));
  }

  private async nextArrival(env: Env): Promise<void> {
    let arrived = false;
    const news = new Promise<void>(done => {
      this.wake = () => {
        arrived = true;
        done();
      };
    });
    await withinMs(env, news, SILENCE_MS);
    if (!arrived) throw new LittoralError('DOWNLOAD_SILENT', `bundle of release ${this.options.desired.release}: the broker has brought no piece of it for ${SILENCE_MS / 1_000} s; expected them as retained messages. Deploy it again.`, { retryable: true });
  }
}

/** Fetches a bundle file from its address, from where an earlier attempt ended. Rejects with `DOWNLOAD_HTTP`, `DOWNLOAD_SIZE` or a storage error. */
export async function downloadByHttp(desired: DesiredBundle, file: PartialFile, onProgress: (received: number) => void): Promise<void> {
  if (file.isWhole || desired.url === null) return;
  const failed = (seen: string, cause?: unknown): LittoralError => new LittoralError('DOWNLOAD_HTTP', `bundle of release ${desired.release}: ${seen}; expected the file. Check the address that it was deployed with.`, { cause, retryable: true });
  const response = await fetch(desired.url, { signal: AbortSignal.timeout(HTTP_TIMEOUT_MS), headers: file.length > 0 ? { range: `bytes=${file.length}-` } : {} }).catch((cause: unknown) => {
    throw failed('its address does not answer', cause);
  });
  if (!response.ok || response.body === null) throw failed(`its address answers ${response.status}`);
  if (response.status !== 206 && file.length > 0) await file.clear();
  try {
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      await file.append(bytes);
      onProgress(file.length);
    }
  } catch (cause) {
    if (cause instanceof LittoralError) throw cause;
    throw failed(`its transfer ended after ${file.length} of ${desired.size} bytes`, cause);
  }
  if (!file.isWhole) throw failed(`only ${file.length} of ${desired.size} bytes came`);
}
