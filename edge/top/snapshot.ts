import { LittoralError } from '../../engine/error';

/** What the view needs of an agent's `/status`; what an agent does not say is null, 0 or left out. */
export interface TopSnapshot {
  readonly timeMs: number;
  readonly state: string;
  readonly pipeline: string | null;
  readonly release: number | null;
  readonly sinceMs: number | null;
  readonly problem: string | null;
  /** The release has yet to prove itself. */
  readonly onProbation: boolean;
  readonly agent: { readonly version: string; readonly pid: number; readonly residentBytes: number; readonly cpuSeconds: number };
  readonly recordsIn: number;
  readonly late: number;
  readonly deadLetters: number;
  readonly lagMs: number | null;
  readonly inbox: { readonly rows: number; readonly bytes: number; readonly unprocessed: number };
  readonly commitP99Ms: number | null;
  readonly sources: readonly TopSource[];
  readonly nodes: readonly TopNode[];
  readonly sinks: readonly TopSink[];
  readonly slo: readonly { readonly objective: string; readonly ok: boolean; readonly burnRate: number; readonly burnRateHour: number }[];
  readonly problems: readonly { readonly timeMs: number; readonly severity: string; readonly text: string }[];
}
export interface TopSource {
  readonly source: string;
  readonly topic: string;
  readonly up: boolean;
  readonly silentMs: number | null;
  readonly missing: number | null;
}
export interface TopNode {
  readonly node: string;
  readonly op: string;
  readonly busy: number | null;
  readonly rowsIn: number;
  readonly rowsOut: number;
  readonly rowsInState: number;
}
export interface TopSink {
  readonly sink: string;
  readonly up: boolean;
  readonly rows: number;
  readonly oldestMs: number | null;
  readonly carriedOut: number;
  readonly p99Ms: number | null;
}

/** Reads the document of `/status`. Throws `STATUS_UNREADABLE` when it is not one of an agent. */
export function parseSnapshot(document: unknown): TopSnapshot {
  const status = new Part(document);
  const state = status.text('state');
  if (state === null) throw new LittoralError('STATUS_UNREADABLE', 'status: there is no "state"; expected the document of an agent at /status. Check the address.');
  const agent = status.part('agent');
  const counters = status.part('counters');
  const inbox = status.part('inbox');
  return {
    timeMs: status.number('nowMs') ?? 0,
    state,
    pipeline: status.text('pipeline'),
    release: status.number('release'),
    sinceMs: status.number('since'),
    problem: status.text('problem'),
    onProbation: status.has('probation'),
    agent: { version: agent.text('version') ?? '', pid: agent.number('pid') ?? 0, residentBytes: agent.number('residentBytes') ?? 0, cpuSeconds: agent.number('cpuSeconds') ?? 0 },
    recordsIn: counters.number('rowsIn') ?? 0,
    late: counters.number('late') ?? 0,
    deadLetters: counters.part('deadLetters').entries().reduce((sum, [, value]) => sum + (typeof value === 'number' ? value : 0), 0),
    lagMs: status.number('watermarkLagMs'),
    inbox: { rows: inbox.number('rows') ?? 0, bytes: inbox.number('bytes') ?? 0, unprocessed: inbox.number('unprocessed') ?? 0 },
    commitP99Ms: milliseconds(status.part('commits').number('p99Seconds')),
    sources: status.parts('sourceFigures').map(source => ({ source: source.text('source') ?? '', topic: source.text('topic') ?? '', up: source.is('up'), silentMs: source.number('silentMs'), missing: source.number('missing') })),
    nodes: status.part('nodes').entries().map(([node, value]) => nodeOf(node.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?'), new Part(value))),
    sinks: status.parts('sinks').map(sinkOf),
    slo: status.parts('slo').map(slo => ({ objective: slo.text('objective') ?? '', ok: slo.is('ok'), burnRate: slo.number('burnRate') ?? 0, burnRateHour: slo.number('burnRateHour') ?? 0 })),
    problems: status.parts('recentProblems').map(problem => ({ timeMs: problem.number('timeMs') ?? 0, severity: problem.text('severity') ?? 'warn', text: problem.text('text') ?? '' }))
  };
}

function nodeOf(node: string, part: Part): TopNode {
  return { node, op: part.text('op') ?? '', busy: part.number('busyRatio'), rowsIn: part.number('rowsIn') ?? 0, rowsOut: part.number('rowsOut') ?? 0, rowsInState: part.number('rowsInState') ?? 0 };
}

function sinkOf(part: Part): TopSink {
  return { sink: part.text('sink') ?? '', up: part.is('up'), rows: part.number('rows') ?? 0, oldestMs: part.number('oldestMs'), carriedOut: part.number('carriedOut') ?? 0, p99Ms: milliseconds(part.number('processingP99Seconds')) };
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : seconds * 1_000;
}

/** A JSON value whose members are taken only when they have the expected type. */
class Part {
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(value: unknown) {
    this.members = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  }

  text(name: string): string | null {
    const value = this.members[name];
    // Control characters would steer the terminal.
    return typeof value === 'string' ? value.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?') : null;
  }

  number(name: string): number | null {
    const value = this.members[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  }

  is(name: string): boolean {
    return this.members[name] === true;
  }

  /** Whether the member is there and not null. */
  has(name: string): boolean {
    return this.members[name] !== undefined && this.members[name] !== null;
  }

  part(name: string): Part {
    return new Part(this.members[name]);
  }

  parts(name: string): readonly Part[] {
    const value = this.members[name];
    return Array.isArray(value) ? value.map(item => new Part(item)) : [];
  }

  entries(): readonly (readonly [string, unknown])[] {
    return Object.entries(this.members);
  }
}
