import { LittoralError } from '../../engine/error';
import { ExitCode, UsageError } from './verb';

/** How a verb that threw ends: its exit code, a stable reason and one sentence. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly reason: string;
  readonly detail: string;
}

/** What the command line itself got wrong. */
const USAGE_CODES = new Set(['BROKER_URL', 'CONNECTION', 'SECRET_REFERENCE', 'SECRET_IN_URL', 'OTLP_URL', 'OTLP_PROTOCOL', 'STAGES', 'SELECTOR', 'AGENT_NAME']);
const UNABLE_CODES = /^((FILE|FOLDER|DISK|STORE|BROKER|CONNECTION|NETWORK|MQTT|HTTP|LAKE|LIMIT|FLEET)_|(RECORDING|BUNDLE)_SIZE$)/;

/** Classifies what was thrown: wrong usage 2, world or limits 3, a refused input 1. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UsageError) return { exitCode: ExitCode.usage, reason: 'USAGE', detail: error.message };
  if (error instanceof LittoralError) {
    if (USAGE_CODES.has(error.code)) return { exitCode: ExitCode.usage, reason: error.code, detail: error.message };
    if (error.code === 'BUNDLE_REFUSED') return { exitCode: ExitCode.no, reason: String(error.details['reason'] ?? error.code), detail: error.message };
    const unable = error.retryable || UNABLE_CODES.test(error.code);
    return { exitCode: unable ? ExitCode.unable : ExitCode.no, reason: error.code, detail: error.message };
  }
  if (isSystemError(error)) return { exitCode: ExitCode.unable, reason: error.code, detail: systemWords(error) };
  const message = error instanceof Error ? error.message : String(error);
  return {
    exitCode: ExitCode.unable,
    reason: 'INTERNAL',
    detail: `littoral met a fault of its own (${message}); set LITTORAL_DEBUG=1 to see where, and report it.`
  };
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
  readonly syscall?: string;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code);
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder; check the path',
  EACCES: 'access is denied; check the permissions',
  EPERM: 'the operation is not permitted; check the permissions',
  EISDIR: 'this is a folder, a file was expected',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'it exists already; choose another name or remove it first',
  ENOSPC: 'the disk is full; make room and try again',
  EROFS: 'the file system is read-only',
  EADDRINUSE: 'the address is in use; choose another port',
  ECONNREFUSED: 'the connection was refused; check that the other side runs'
};

function systemWords(error: SystemError): string {
  const subject = error.path === undefined ? (error.syscall ?? 'system call') : `"${error.path}"`;
  return `${subject}: ${SYSTEM_WORDS[error.code] ?? error.message} (${error.code}).`;
}
