import type { RunSnapshot, RunState } from '../../worker/protocol';
import { formatCount, formatDuration, plural } from '../ui/format';

/** The state as the header says it: sign and word, so that colour carries nothing alone. */
export function stateWords(state: RunState): { readonly text: string; readonly style: 'good' | 'warn' | 'bad' | 'quiet' } {
  switch (state) {
    case 'starting':
      return { text: '◌ starting', style: 'warn' };
    case 'live':
      return { text: '● live', style: 'good' };
    case 'paused':
      return { text: '‖ paused', style: 'warn' };
    case 'reconnecting':
      return { text: '◌ reconnecting', style: 'warn' };
    case 'stopped':
      return { text: '■ stopped', style: 'quiet' };
    case 'failed':
      return { text: '✕ failed', style: 'bad' };
  }
}

export function isOver(state: RunState): boolean {
  return state === 'stopped' || state === 'failed';
}

export function deadCount(snapshot: RunSnapshot): number {
  return Object.values(snapshot.deadLetters).reduce((sum, count) => sum + count, 0);
}

/**
 * Conservation in words: `15 402 in = 15 399 counted + 3 late`. "Counted" is what neither was dropped nor waits, so the
 * sum holds by arithmetic; a violation that the engine reports is said instead of hidden.
 */
export function conservationSentence(snapshot: RunSnapshot): string {
  const dead = deadCount(snapshot);
  const counted = snapshot.rowsIn - snapshot.late - snapshot.inGap - dead;
  const parts = [`${formatCount(counted)} counted`];
  if (snapshot.late > 0) parts.push(`${formatCount(snapshot.late)} late`);
  if (snapshot.inGap > 0) parts.push(`${formatCount(snapshot.inGap)} in a gap`);
  if (dead > 0) parts.push(`${formatCount(dead)} dead`);
  const sentence = `${formatCount(snapshot.rowsIn)} in = ${parts.join(' + ')}`;
  return snapshot.conservationError === 0 ? sentence : `${sentence}; ${plural(snapshot.conservationError, 'row')} unaccounted for: please report this run`;
}

/** The line under a run that has ended, or of a saved picture whose run is gone. */
export function endSentence(snapshot: RunSnapshot): string {
  const how = snapshot.state === 'failed' ? 'failed after' : isOver(snapshot.state) ? 'stopped after' : 'last seen at';
  return `${how} ${formatDuration(snapshot.elapsedMs)}, ${conservationSentence(snapshot)}`;
}

/** The status bar: `plant · 80 msg/s · 2 runs · 3 late`. */
export function statusWords(options: { readonly connections: readonly { readonly name: string; readonly messagesPerS: number }[]; readonly runs: number; readonly late: number; readonly dead: number }): string {
  const { connections, runs, late, dead } = options;
  const parts: string[] = [];
  if (connections.length === 1 && connections[0]) parts.push(connections[0].name);
  else if (connections.length > 1) parts.push(plural(connections.length, 'connection'));
  if (connections.length > 0) parts.push(`${formatCount(connections.reduce((sum, connection) => sum + connection.messagesPerS, 0))} msg/s`);
  if (runs > 0) parts.push(plural(runs, 'run'));
  if (late > 0) parts.push(`${formatCount(late)} late`);
  if (dead > 0) parts.push(`${formatCount(dead)} dead`);
  return parts.length === 0 ? 'no stream' : parts.join(' · ');
}
