import { startRestartable, until } from './restartable';
import type { System } from './system';

/** The hand-written worker; `entry` is its bundled file. */
export function workerSystem(entry: string): System {
  return {
    name: 'mqtt.js worker',
    missing: () => null,
    start: ({ job, brokerPort }) =>
      startRestartable({
        command: process.execPath,
        args: [entry, JSON.stringify({ url: `mqtt://127.0.0.1:${brokerPort}`, job })],
        ready: words => until(() => words().includes('ready\n'))
      })
  };
}
