/** `edge/store/driver`: the database of the simulated machine. */
import type { RawDb } from '../../../edge/store/driver';
import { atOnce } from '../world/current';

export function versionOf(): string {
  return 'simulated';
}

export function openRaw(path: string): Promise<RawDb> {
  return Promise.resolve().then(() => atOnce(machine => machine.openRaw(path)));
}
