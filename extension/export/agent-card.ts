import { el, fill, setText } from '../ui/dom';
import { formatCount, formatRate } from '../ui/format';
import type { AgentClient } from './agent-client';
import type { AgentStatus } from './agent-status';

const POLL_MS = 2_000;

interface Look {
  readonly atMs: number;
  readonly status: AgentStatus;
}

/** The local agent at a glance: health, release, rates; asked every two seconds while it can be seen. */
export class AgentCard {
  readonly node = el('section', { class: 'lt-agent', 'aria-label': 'Local agent' });
  private readonly state = el('p', { class: 'lt-agent-state', 'aria-live': 'polite' });
  private readonly release = el('p', { class: 'lt-agent-release', 'aria-live': 'polite' });
  private readonly figures = el('div', { class: 'lt-figures' });
  private timer: ReturnType<typeof setTimeout> | null = null;
  private active = false;
  private last: Look | null = null;

  constructor(private readonly agent: AgentClient) {
    fill(this.node, el('h3', {}, 'Local agent'), this.state, this.release, this.figures);
  }

  setActive(active: boolean): void {
    if (active === this.active) return;
    this.active = active;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (active) void this.look();
  }

  /** The last answer, if there was one. */
  get status(): AgentStatus | null {
    return this.last?.status ?? null;
  }

  async look(): Promise<void> {
    const status = await this.agent.status();
    const look = { atMs: performance.now(), status };
    setText(this.state, stateWords(status));
    setText(this.release, releaseWords(status) ?? '');
    this.release.hidden = releaseWords(status) === null;
    this.state.className = `lt-agent-state lt-${styleOf(status)}`;
    fill(this.figures, ...agentFigures(look, this.last).map(({ name, value }) => el('span', { class: 'lt-figure' }, el('span', { class: 'lt-figure-name' }, name), ' ', value)));
    this.last = look;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = this.active ? setTimeout(() => void this.look(), POLL_MS) : null;
  }
}

function styleOf(status: AgentStatus): 'good' | 'warn' | 'bad' {
  if (status.state === 'live') return status.problem === null ? 'good' : 'warn';
  return status.state === 'waiting' || status.state === 'stopping' ? 'warn' : 'bad';
}

/** `● live: bearing-watch release 3`, `◌ waits for a bundle`, `✕ …`. */
export function stateWords(status: AgentStatus): string {
  const what = status.pipeline === null ? '' : `${status.pipeline} release ${formatCount(status.release ?? 0)}`;
  const why = status.problem === null ? '' : `. ${status.problem}`;
  switch (status.state) {
    case 'unreachable':
      return `✕ not reachable${why}`;
    case 'failed':
      return `✕ failed${why}`;
    case 'blocked':
      return `✕ ${what} is blocked${why}`;
    case 'stopping':
      return '◌ stopping';
    case 'waiting':
      return '◌ waits for a bundle';
    case 'live':
      return status.problem === null ? `● live: ${what}` : `◌ ${what} is not ready${why}`;
  }
}

/** What is to be known of the release beside its state: that it has to prove itself, or that a newer one was given up. */
export function releaseWords(status: AgentStatus): string | null {
  const { probation, rollback, release } = status;
  if (probation !== null) {
    const time = probation.remainingMs === null ? 'from its first data on' : `for ${Math.ceil(probation.remainingMs / 1_000)} s more`;
    return `Has to prove itself ${time}; else release ${formatCount(probation.formerRelease)} comes back.`;
  }
  if (rollback === null || release === null || rollback.to !== release) return null;
  return `Release ${formatCount(rollback.release)} was given up (${rollback.detail}); release ${formatCount(rollback.to)} is back.`;
}

/** Rates between two looks, and the counters that matter. */
export function agentFigures(now: Look, before: Look | null): readonly { readonly name: string; readonly value: string }[] {
  const perS = (read: (status: AgentStatus) => number | null): string | null => {
    const current = read(now.status);
    const earlier = before && before.status.release === now.status.release ? read(before.status) : null;
    if (current === null) return null;
    if (earlier === null || before === null || now.atMs <= before.atMs || earlier > current) return `${formatCount(current)} in all`;
    return formatRate((current - earlier) / ((now.atMs - before.atMs) / 1_000));
  };
  const counter = (value: number | null): string | null => (value === null ? null : formatCount(value));
  const { late, dead, conservationError } = now.status;
  const figures: readonly (readonly [string, string | null])[] = [
    ['in', perS(status => status.rowsIn)],
    ['out', perS(status => status.rowsOut)],
    ['late', counter(late)],
    ['dead', counter(dead)],
    ['unaccounted for', counter(conservationError)]
  ];
  return figures.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}
