import { LittoralError } from '../../engine/error';

/** What a failing disk or database means for the agent. `retryable`: wait and try the same write again. */
interface Failure {
  readonly code: string;
  readonly retryable: boolean;
  readonly seen: string;
  readonly next: string;
}

const FULL: Failure = { code: 'DISK_FULL', retryable: true, seen: 'the disk, or the share of it that the store may take, is full', next: 'Nothing more is taken in until there is room: free some space, or bring the sinks back.' };
const READ_ONLY: Failure = { code: 'DISK_READ_ONLY', retryable: false, seen: 'the file system is read-only', next: 'Make it writable and start the agent again.' };
const IO: Failure = { code: 'DISK_IO', retryable: false, seen: 'the disk reported an input/output error', next: 'Check the disk, then start the agent again.' };
const CORRUPT: Failure = { code: 'STORE_CORRUPT', retryable: false, seen: 'the file is not a sound SQLite database', next: 'Move it away, or restore it from a copy.' };
const LOCKED: Failure = { code: 'STORE_LOCKED', retryable: false, seen: 'another process is writing to it', next: 'Stop the other agent, or give this one its own --data folder.' };
const UNOPENED: Failure = { code: 'STORE_UNAVAILABLE', retryable: false, seen: 'it cannot be opened', next: 'Check that the data folder exists and that this user may write to it.' };

const BY_SQLITE_CODE: Readonly<Record<number, Failure>> = { 5: LOCKED, 6: LOCKED, 8: READ_ONLY, 10: IO, 11: CORRUPT, 13: FULL, 14: UNOPENED, 26: CORRUPT };
const BY_ERRNO: Readonly<Record<string, Failure>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EROFS: READ_ONLY,
  EIO: IO,
  EACCES: UNOPENED,
  EPERM: UNOPENED,
  ENOENT: UNOPENED,
  ENOTDIR: UNOPENED
};

/** `error` of SQLite or of the file system as a LittoralError; what is neither is returned as it is. */
export function storageError(error: unknown, path: string): unknown {
  if (error instanceof LittoralError || !(error instanceof Error)) return error;
  const { errcode, code } = error as { errcode?: unknown; code?: unknown };
  const failure =
    typeof errcode === 'number' ? BY_SQLITE_CODE[errcode & 0xff] : typeof code === 'string' ? BY_ERRNO[code] : undefined;
  if (failure === undefined) return error;
  return new LittoralError(failure.code, `store "${path}": ${failure.seen} (${error.message}); expected a writable local file. ${failure.next}`, {
    cause: error,
    retryable: failure.retryable
  });
}
