/** What the local agent says about itself at `/status`, checked; what it does not say is null. */
export interface AgentStatus {
  readonly state: 'waiting' | 'live' | 'blocked' | 'stopping' | 'failed' | 'unreachable';
  readonly pipeline: string | null;
  readonly release: number | null;
  /** One sentence about what keeps it from being ready. */
  readonly problem: string | null;
  readonly rowsIn: number | null;
  readonly rowsOut: number | null;
  readonly late: number | null;
  readonly dead: number | null;
  readonly conservationError: number | null;
  readonly watermarkMs: number | null;
  /** A new release has to prove itself; until then the former one can come back. `remainingMs` is null before its first data. */
  readonly probation: { readonly formerRelease: number; readonly remainingMs: number | null } | null;
  /** The last release that was given up. */
  readonly rollback: { readonly release: number; readonly to: number; readonly detail: string; readonly atMs: number } | null;
}

type Json = Readonly<Record<string, unknown>>;
const STATES: readonly string[] = ['waiting', 'live', 'blocked', 'stopping', 'failed'];

/** An agent that does not answer is a state of its own. */
export function unreachable(problem: string): AgentStatus {
  return { state: 'unreachable', pipeline: null, release: null, problem, rowsIn: null, rowsOut: null, late: null, dead: null, conservationError: null, watermarkMs: null, probation: null, rollback: null };
}

/** The only way from the agent's JSON to an `AgentStatus`. */
export function parseAgentStatus(json: unknown): AgentStatus {
  if (!isRecord(json) || typeof json['state'] !== 'string' || !STATES.includes(json['state'])) return unreachable('The agent gave an answer that this workbench does not know; its version may differ.');
  const counters: Json = isRecord(json['counters']) ? json['counters'] : {};
  return {
    state: json['state'] as AgentStatus['state'],
    pipeline: textOrNull(json['pipeline']),
    release: numberOrNull(json['release']),
    problem: textOrNull(json['problem']),
    rowsIn: numberOrNull(counters['rowsIn']),
    rowsOut: sumOrNull(counters['rowsOut']),
    late: numberOrNull(counters['late']),
    dead: sumOrNull(counters['deadLetters']),
    conservationError: numberOrNull(counters['conservationError']),
    watermarkMs: numberOrNull(counters['watermarkMs']),
    probation: parseProbation(json['probation']),
    rollback: parseRollback(json['lastRollback'])
  };
}

function parseProbation(json: unknown): AgentStatus['probation'] {
  if (!isRecord(json)) return null;
  const formerRelease = numberOrNull(json['formerRelease']);
  return formerRelease === null ? null : { formerRelease, remainingMs: numberOrNull(json['remainingMs']) };
}

function parseRollback(json: unknown): AgentStatus['rollback'] {
  if (!isRecord(json)) return null;
  const [release, to, atMs, detail] = [numberOrNull(json['release']), numberOrNull(json['to']), numberOrNull(json['atMs']), textOrNull(json['detail'])];
  return release === null || to === null || atMs === null ? null : { release, to, atMs, detail: detail ?? '' };
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, 1_000) : null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function sumOrNull(value: unknown): number | null {
  if (!isRecord(value)) return null;
  return Object.values(value).reduce<number>((sum, count) => sum + (numberOrNull(count) ?? 0), 0);
}
