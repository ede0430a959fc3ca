import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { LittoralError } from '../../engine/error';
import { Secret } from './secret';

/** Largest secret in a file, bytes: room for a chain of certificates. */
export const SECRET_BYTES_MAX = 64 * 1024;
const CREDENTIALS_DIRECTORY = 'CREDENTIALS_DIRECTORY';

/** Where references are looked up; default: this process's environment. */
export interface SecretSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The secret of `env:NAME`, `file:PATH` or `credential:ID` (a systemd credential: a file in $CREDENTIALS_DIRECTORY). Nothing
 * is read yet. Throws `SECRET_REFERENCE` for anything else, without repeating it: it may be the secret itself.
 */
export function parseSecret(reference: string, surroundings: SecretSurroundings = { environment: process.env }): Secret {
  const colon = reference.indexOf(':');
  const name = reference.slice(colon + 1);
  switch (reference.slice(0, colon)) {
    case 'env':
      if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return new Secret(reference, () => readVariable(name, surroundings));
      break;
    case 'file':
      if (name !== '') return new Secret(reference, () => readSecretFile(reference, name));
      break;
    case 'credential':
      if (/^[A-Za-z0-9_.@-]+$/.test(name) && !/^\.+$/.test(name)) return new Secret(reference, () => readCredential(name, surroundings));
      break;
  }
  throw new LittoralError('SECRET_REFERENCE', 'secret: it is not a reference; expected env:NAME, file:PATH or credential:ID. Put the value into a file of mode 0600 and name that file, e.g. --secret plant=file:/etc/littoral/plant.secret.');
}

function readVariable(name: string, { environment }: SecretSurroundings): string {
  const value = environment[name];
  if (value === undefined || value === '') throw unreadable(`env:${name}`, 'the environment variable is not set', 'Set it for the process of the agent');
  return value;
}

function readCredential(id: string, { environment }: SecretSurroundings): string {
  const folder = environment[CREDENTIALS_DIRECTORY];
  if (folder === undefined) throw unreadable(`credential:${id}`, `$${CREDENTIALS_DIRECTORY} is not set`, `Start the agent by systemd with LoadCredential=${id}:PATH`);
  return readSecretFile(`credential:${id}`, join(folder, id));
}

function readSecretFile(reference: string, path: string): string {
  let text: string;
  try {
    text = readSmallFile(reference, path);
  } catch (cause) {
    if (cause instanceof LittoralError) throw cause;
    const code = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause);
    throw unreadable(reference, `the file cannot be read (${code})`, 'Check the path and the rights of this user', cause);
  }
  const value = text.replace(/\r?\n$/, '');
  if (value === '') throw unreadable(reference, 'the file is empty', 'Write the secret into it');
  return value;
}

/** Reads at most one byte more than is allowed, so that a device or a growing file takes no memory. */
function readSmallFile(reference: string, path: string): string {
  const file = openSync(path, 'r');
  try {
    if (!fstatSync(file).isFile()) throw unreadable(reference, 'it is not a regular file', 'Name a file');
    const bytes = Buffer.alloc(SECRET_BYTES_MAX + 1);
    let length = 0;
    for (;;) {
      const count = readSync(file, bytes, length, bytes.length - length, null);
      length += count;
      if (length > SECRET_BYTES_MAX) throw unreadable(reference, `the file has more than ${SECRET_BYTES_MAX} bytes`, 'Name a file that holds only the secret');
      if (count === 0) return bytes.toString('utf8', 0, length);
    }
  } finally {
    closeSync(file);
  }
}

function unreadable(reference: string, seen: string, next: string, cause?: unknown): LittoralError {
  return new LittoralError('SECRET_UNREADABLE', `secret ${reference}: ${seen}; expected a value. ${next}.`, { cause, retryable: true });
}
