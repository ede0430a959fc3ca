import type { RawDb } from '../../../edge/store/driver';
import { Killed } from './disk';

/** The lock of a data folder: there is one process at a time, so it is always free. */
export function lockFile(alive: () => boolean): RawDb {
  const check = (): void => {
    if (!alive()) throw new Killed();
  };
  const row = { journal_mode: 'wal', synchronous: 2, v: '3.53.2' };
  return { exec: check, close: check, isTransaction: false, prepare: () => ({ run: check, get: () => row, all: () => [row] }) };
}
