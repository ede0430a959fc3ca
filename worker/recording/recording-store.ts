import { LittoralError } from '../../engine/error';
import type { RecordingInfo } from '../protocol';

/** Takes the bytes of one recording. `append` throws `STORAGE_FULL` when there is no room; what was taken stays. */
export interface RecordingWriter {
  append(bytes: Uint8Array): Promise<void>;
  /** Ends the recording; its bytes and `info` are on disk afterwards. */
  close(info: RecordingInfo): Promise<void>;
}

/** Where recordings live. Bytes are the text of `*.recording.ndjson`, so a crash leaves at worst half a last line. */
export interface RecordingStore {
  list(): Promise<readonly RecordingInfo[]>;
  /** True while a writer, of this page or another one, has it open. */
  isOpen(name: string): Promise<boolean>;
  create(info: RecordingInfo): Promise<RecordingWriter>;
  read(name: string): AsyncIterable<Uint8Array>;
  /** Cuts a recording to `bytes` and stores `info`, after a crash. */
  repair(info: RecordingInfo, bytes: number): Promise<void>;
  delete(name: string): Promise<void>;
}

/** The error of a storage that takes no more. */
export function storageFull(subject: string, seen: string, cause?: unknown): LittoralError {
  return new LittoralError('STORAGE_FULL', `${subject}: the browser's storage for this page is full (${seen}); what was written before is kept. Delete recordings or lake tables that are no longer needed.`, {
    cause,
    details: { seen }
  });
}

/** The browser's own quota errors become `STORAGE_FULL`; others pass. */
export function storageError(subject: string, error: unknown): unknown {
  const quota = error instanceof Error && error.name === 'QuotaExceededError';
  return quota ? storageFull(subject, error.message, error) : error;
}
