import { el, fill, setText } from '../ui/dom';
import { formatCount, formatDuration, formatRate } from '../ui/format';
import type { AgentClient, AgentStatus } from './agent-client';
import { sumMetric } from './metrics-text';

const POLL_MS = 2_000;

interface Look {
  readonly atMs: number;
  readonly status: AgentStatus;
}

/** The local agent at a glance: health, release, rates; asked every two seconds while it can be seen. */
export class AgentCard {
  readonly node = el('section', { class: 'lt-agent', 'aria-label': 'Local agent' });
  private readonly state = el('p', { class: 'lt-agent-state', 'aria-live': 'polite' });
  private readonly figures = el('div', { class: 'lt-figures' });
  private timer: ReturnType<typeof setTimeout> | null = null;
  private active = false;
  private last: Look | null = null;

  constructor(private readonly agent: AgentClient) {
    fill(this.node, el('h3', {}, 'Local agent'), this.state, this.figures);
  }

  setActive(active: boolean): void {
    if (active === this.active) return;
    this.active = active;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (active) void this.look();
  }

  async look(): Promise<void> {
    const status = await this.agent.status();
    const look = { atMs: performance.now(), status };
    setText(this.state, stateWords(status));
    this.state.className = `lt-agent-state lt-${status.health === 'ready' ? 'good' : status.health === 'notReady' ? 'warn' : 'bad'}`;
    fill(this.figures, ...agentFigures(look, this.last).map(({ name, value }) => el('span', { class: 'lt-figure' }, el('span', { class: 'lt-figure-name' }, name), ' ', value)));
    this.last = look;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = this.active ? setTimeout(() => void this.look(), POLL_MS) : null;
  }
}

/** `● live: bearing-watch release 3`, `◌ waits for a bundle`, `✕ …`. */
export function stateWords(status: AgentStatus): string {
  if (status.health === 'unreachable') return `✕ not reachable. ${status.words}`;
  const deployed = status.metrics.filter(metric => metric.name === 'littoral_bundle_release' || metric.name === 'littoral_release');
  const names = deployed.map(metric => `${metric.labels['pipeline'] ?? 'pipeline'} release ${formatCount(metric.value)}`);
  if (status.health === 'ready' && names.length > 0) return `● live: ${names.join(', ')}`;
  if (names.length === 0) return '◌ waits for a bundle';
  return `◌ not ready: ${names.join(', ')}. ${status.words}`;
}

/** Rates between two looks, and the counters that matter. */
export function agentFigures(now: Look, before: Look | null): readonly { readonly name: string; readonly value: string }[] {
  const { metrics } = now.status;
  const total = (name: string): number | null => sumMetric(metrics, name);
  const perS = (name: string): string | null => {
    const current = total(name);
    const earlier = before ? sumMetric(before.status.metrics, name) : null;
    if (current === null) return null;
    if (earlier === null || before === null || now.atMs <= before.atMs) return `${formatCount(current)} in all`;
    return formatRate(Math.max(0, (current - earlier) / ((now.atMs - before.atMs) / 1_000)));
  };
  const counter = (name: string): string | null => {
    const value = total(name);
    return value === null ? null : formatCount(value);
  };
  const lag = total('littoral_watermark_lag_seconds');
  const figures: readonly (readonly [string, string | null])[] = [
    ['in', perS('littoral_rows_in_total')],
    ['out', perS('littoral_rows_out_total')],
    ['late', counter('littoral_late_total')],
    ['dead', counter('littoral_dead_letters_total')],
    ['outbox', counter('littoral_outbox_rows')],
    ['lag', lag === null ? null : formatDuration(lag * 1_000)]
  ];
  return figures.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
}
