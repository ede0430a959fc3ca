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
