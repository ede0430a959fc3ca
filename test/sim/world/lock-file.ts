import type { RawDb } from '../../../edge/store/driver';
import { Killed, LEVELS } from './disk';

/** The lock of a data folder: there is one process at a time, so it is always free. */
export function lockFile(alive: () => boolean): RawDb {
  let synchronous = 0;
  const check = (): void => {
    if (!alive()) throw new Killed();
  };
  const exec = (sql: string): void => {
    check();
    const level = /PRAGMA synchronous=([A-Z]+)/.exec(sql)?.[1];
    if (level !== undefined) synchronous = LEVELS[level] ?? 0;
  };
  const row = (): { journal_mode: string; synchronous: number } => ({ journal_mode: 'wal', synchronous });
  return { exec, close: check, isTransaction: false, prepare: () => ({ run: check, get: row, all: () => [row()] }) };
}
