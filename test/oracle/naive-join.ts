import type { IntervalJoinNode } from '../../engine/plan/nodes/streams';
import type { Cells, Event, Losses, RowEvent, Stream } from './events';
import { keyText } from './events';
import { mergePorts } from './naive-union';

/** Inner join: every pair as soon as its second row is there, earlier partners first; late is t < watermark of both streams together. */
export function naiveIntervalJoin(config: IntervalJoinNode['config'], streams: readonly Stream[], losses: Losses): Event[] {
  const out: Event[] = [];
  const taken: [RowEvent[], RowEvent[]] = [[], []];
  let watermarkMs = -Infinity;
  for (const { port, event } of mergePorts(streams)) {
    if (event.kind !== 'row') {
      if (event.kind === 'watermark') watermarkMs = event.ms;
      out.push(event);
      continue;
    }
    if (event.t < watermarkMs) {
      losses.late += 1;
      continue;
    }
    taken[port as 0 | 1].push(event);
    for (const other of [...taken[port === 0 ? 1 : 0]].sort((a, b) => a.t - b.t)) {
      const [left, right] = port === 0 ? [event, other] : [other, event];
      const apartMs = right.t - left.t;
      if (apartMs < config.lowerMs || apartMs > config.upperMs || !equalKeys(config.on, left, right)) continue;
      out.push({ kind: 'row', at: event.at, t: Math.max(left.t, right.t), cells: joined(config, left.cells, right.cells) });
    }
  }
  return out;
}

function equalKeys(on: readonly string[], left: RowEvent, right: RowEvent): boolean {
  return on.every(name => left.cells[name] !== null) && keyText(left.cells, on) === keyText(right.cells, on);
}

function joined({ on, as }: IntervalJoinNode['config'], left: Cells, right: Cells): Cells {
  const side = (cells: Cells, prefix: string): Cells => Object.fromEntries(Object.entries(cells).filter(([name]) => !on.includes(name)).map(([name, cell]) => [`${prefix}${name}`, cell]));
  return { ...Object.fromEntries(on.map(name => [name, left[name]!])), ...side(left, as.left), ...side(right, as.right) };
}
