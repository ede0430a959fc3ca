import { accessSync, constants, statSync } from 'node:fs';
import { LittoralError } from '../../engine/error';
import type { SourceNode } from '../../engine/plan/plan';
import type { ConnectionBook } from '../connection/connection-book';
import { LineFiles, type FileSourceOptions } from './line-files';
import { PostedMessages } from './posted-messages';
import { ReplayedRecording } from './replayed-recording';
import type { RunningSource } from './source-port';
import { WholeFiles } from './whole-files';

export interface OpenSourceOptions extends Pick<FileSourceOptions, 'env' | 'store' | 'intake' | 'log' | 'onDropped'> {
  readonly connections: ConnectionBook;
  /** Names positions of the source in the store; the same for all releases. */
  readonly session: string;
}

/** The source of `node` when it is no broker's; null for one that is. Throws `NO_CONNECTION` or `CONNECTION_KIND`. */
export function openSource({ id, config }: SourceNode, options: OpenSourceOptions): RunningSource | null {
  const { connections, env, store, intake, log, session } = options;
  const user = `source "${id}"`;
  const common = { env, store, intake, log, session, source: id, topic: config.topic };
  switch (config.connector) {
    case 'mqtt': {
      const recording = connections.recordingOf(config.connection);
      return recording === undefined ? null : new ReplayedRecording({ ...common, path: recording.path, speed: recording.speed });
    }
    case 'file': {
      const file = { ...common, onDropped: options.onDropped, connector: config, root: connections.required(config.connection, 'folder', user).path };
      return config.framing === 'lines' ? new LineFiles(file) : new WholeFiles(file);
    }
    case 'http':
      connections.required(config.connection, 'ingest', user);
      connections.tokenOf(config.connection, user);
      return new PostedMessages({ ...common, token: () => connections.tokenOf(config.connection, user) });
  }
}

/**
 * Whether the source of `node` is no broker's and could begin now. Throws what `openSource` throws, and `SOURCE_PATH` for a
 * folder or recording that cannot be read: a running source waits for it, a new one is not begun.
 */
export function checkSource(node: SourceNode, options: OpenSourceOptions): boolean {
  if (openSource(node, options) === null) return false;
  const { connections } = options;
  const { config, id } = node;
  if (config.connector === 'file') requirePath(`source "${id}"`, connections.required(config.connection, 'folder', id).path, 'folder');
  const recording = config.connector === 'mqtt' ? connections.recordingOf(config.connection) : undefined;
  if (recording !== undefined) requirePath(`source "${id}"`, recording.path, 'file');
  return true;
}

function requirePath(user: string, path: string, kind: 'folder' | 'file'): void {
  let seen = '';
  try {
    const stats = statSync(path);
    accessSync(path, constants.R_OK);
    if (kind === 'folder' ? stats.isDirectory() : stats.isFile()) return;
    seen = `is no ${kind}`;
  } catch (error) {
    seen = `cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`;
  }
  throw new LittoralError('SOURCE_PATH', `${user}: "${path}" ${seen}; expected a ${kind} that this user may read. Correct --connection, or the rights.`);
}
