import type { Event, Stream } from './events';

interface Port {
  ms: number;
  idle: boolean;
  behind: boolean;
}

/** An event that came in at a port; watermarks and idleness are those of all streams together. */
export interface PortEvent {
  readonly port: number;
  readonly event: Event;
}

/** All rows of several streams, in the order in which they came. */
export function naiveUnion(streams: readonly Stream[]): Stream {
  const sameKeys = streams.every(({ keys }) => keys.join() === streams[0]!.keys.join());
  return { events: mergePorts(streams).map(({ event }) => event), keys: sameKeys ? streams[0]!.keys : [] };
}

/** All rows by input, then by stream; the smallest watermark of the streams that are not idle and not behind. */
export function mergePorts(streams: readonly Stream[]): PortEvent[] {
  const rank = (event: Event): number => (event.kind === 'row' ? 0 : 1);
  const all = streams.flatMap((stream, port) => stream.events.map(event => ({ event, port })));
  all.sort((a, b) => a.event.at - b.event.at || rank(a.event) - rank(b.event) || a.port - b.port);
  const ports: Port[] = streams.map(() => ({ ms: -Infinity, idle: false, behind: false }));
  const events: PortEvent[] = [];
  let combinedMs = -Infinity;
  let toldMs = -Infinity;
  let toldIdle = false;
  all.forEach(({ event, port }, index) => {
    if (event.kind === 'row') {
      events.push({ port, event });
      return;
    }
    const own = ports[port]!;
    if (event.kind === 'watermark' && !own.idle) {
      own.ms = event.ms;
      if (own.ms >= combinedMs) own.behind = false;
    } else if (event.kind === 'idle') {
      own.behind = !event.idle && own.ms < combinedMs;
      own.idle = event.idle;
    }
    const counting = ports.filter(each => !each.idle && !each.behind);
    if (ports.every(each => each.idle)) combinedMs = Math.max(combinedMs, ...ports.map(each => each.ms));
    else if (counting.length > 0) combinedMs = Math.max(combinedMs, Math.min(...counting.map(each => each.ms)));
    const next = all[index + 1]?.event;
    if (next !== undefined && next.at === event.at) return;
    const idle = ports.every(each => each.idle);
    if (toldIdle && !idle) events.push({ port, event: { kind: 'idle', at: event.at, idle } });
    if (combinedMs > toldMs) events.push({ port, event: { kind: 'watermark', at: event.at, ms: combinedMs } });
    if (!toldIdle && idle) events.push({ port, event: { kind: 'idle', at: event.at, idle } });
    toldIdle = idle;
    toldMs = combinedMs;
  });
  return events;
}
