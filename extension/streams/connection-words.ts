import type { ConnectionState } from '../../worker/protocol';
import { formatDuration } from '../ui/format';

export interface ConnectionWords {
  /** `● connected`, `○ offline (2 min)`, `◌ retry in 8 s`: the sign repeats what the words say. */
  readonly short: string;
  readonly style: 'good' | 'warn' | 'quiet';
}

/** The state of a connection in words. */
export function connectionWords(status: ConnectionState, nowMs: number): ConnectionWords {
  if (status.state === 'connected') return { short: '● connected', style: 'good' };
  if (status.state === 'connecting') {
    const wait = status.retryAtMs === undefined ? 0 : status.retryAtMs - nowMs;
    const words = wait > 0 ? `retry in ${formatDuration(Math.ceil(wait / 1_000) * 1_000)}` : status.attempt > 1 ? `connecting, try ${status.attempt}` : 'connecting';
    return { short: `◌ ${words}`, style: 'warn' };
  }
  const since = status.since === undefined ? '' : ` (${formatDuration(Math.max(0, nowMs - status.since))})`;
  return { short: status.since === undefined ? '○ not connected' : `○ offline${since}`, style: 'quiet' };
}
