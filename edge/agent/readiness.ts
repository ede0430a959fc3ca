import type { AgentStatus } from './agent-api';
import type { Observation } from './observation';
import type { Sources } from './sources';

/** Inputs may wait this long for an engine that does not get on. */
const STALLED_MS = 120_000;

export interface ReadinessSources {
  readonly state: AgentStatus['state'];
  /** Words of what ended the agent or blocks its store, or null. */
  readonly failure: string | null;
  readonly sources: Sources;
  readonly observation: Observation;
  readonly monotonicMs: number;
  /** null: silence is no fault. */
  readonly silenceMaxMs: number | null;
}

/** Words of what keeps the agent from being ready, or null. To be ready is to be fresh: messages come in and get on. */
export function unreadyWords({ state, failure, sources, observation, monotonicMs, silenceMaxMs }: ReadinessSources): string | null {
  if (state === 'waiting') return 'waits for a bundle';
  if (state !== 'live') return failure ?? state;
  const stalledMs = observation.standstill.stalledMs(monotonicMs);
  if (stalledMs > STALLED_MS) return `the engine has not got on for ${Math.round(stalledMs / 1_000)} s although inputs wait`;
  for (const { source, problem } of sources.states()) {
    if (problem !== null) return `source "${source}": ${problem}`;
    const silentMs = observation.standstill.silentMs(source, monotonicMs) ?? 0;
    if (silenceMaxMs !== null && silentMs > silenceMaxMs) return `source "${source}": nothing has come for ${Math.round(silentMs / 1_000)} s, more than ${silenceMaxMs / 1_000} s`;
  }
  return null;
}
