import { describe, expect, it } from 'vitest';
import { frame, type FrameOptions } from '../../../edge/top/frame';
import { History } from '../../../edge/top/history';
import { parseSnapshot, type TopSnapshot } from '../../../edge/top/snapshot';
import { bar, sparkline } from '../../../edge/top/sparkline';
import { fitted } from '../../../edge/top/text';

const T0 = 1_700_000_000_000;
const LOOK: FrameOptions = { url: 'http://127.0.0.1:9464', columns: 80, rows: 24, color: false, unicode: true, paused: false, help: false, trouble: null };

function status(second: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    nowMs: T0 + second * 1_000,
    state: 'live',
    pipeline: 'bearing-watch',
    release: 7,
    since: T0 - 60_000,
    problem: null,
    agent: { version: '0.1.0', pid: 4242, residentBytes: 95_000_000, cpuSeconds: 10 + second * 0.25 },
    counters: { rowsIn: 1_000 + second * 1_500, late: 3, deadLetters: { JSON_SYNTAX: 4 } },
    watermarkLagMs: 1_500,
    inbox: { rows: 20, bytes: 2_000, unprocessed: 5 },
    commits: { p99Seconds: 0.004 },
    sourceFigures: [{ source: 'in', topic: 'plant/+/vibration', up: true, silentMs: 400, missing: 12 }],
    nodes: { in: { op: 'source', busyRatio: 0.25, rowsIn: second * 1_500, rowsOut: second * 1_500, rowsInState: 0 }, window: { op: 'window', busyRatio: 0.5, rowsIn: second * 1_500, rowsOut: second * 10, rowsInState: 1_234 } },
    sinks: [{ sink: 'bearing-watch/7/alerts', up: false, rows: 11, oldestMs: T0 - 9_000, carriedOut: second * 10, processingP99Seconds: 0.25 }],
    slo: [{ objective: 'p99_latency', ok: false, burnRate: 14.4, burnRateHour: 2 }],
    recentProblems: [{ timeMs: T0, severity: 'warn', text: 'mqtt sink: broker is away' }],
    ...more
  };
}

function watched(seconds: number, more: Record<string, unknown> = {}): History {
  const history = new History();
  for (let second = 0; second < seconds; second++) history.add(parseSnapshot(status(second, more)));
  return history;
}
const text = (history: History, options: Partial<FrameOptions> = {}): string => frame(history, { ...LOOK, ...options }).join('\n').replaceAll('\u2009', ' ');

describe('a picture of an agent', () => {
  it('shows in 80 × 24 all that an operator asks first', () => {
    const lines = frame(watched(3), LOOK);
    expect(lines).toHaveLength(24);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(80);
    const picture = text(watched(3));
    for (const part of ['bearing-watch release 7  live for 1 min', 'agent 0.1.0 pid 4242  cpu 25 %  memory 95 MB', 'in 1 500/s', 'out 10/s', 'late 3  dead letters 4', 'lag 1.5 s  inbox 20 rows 2.0 kB, 5 unseen', 'outbox 11 rows          ███  commit p99 4.0 ms']) expect(picture).toContain(part);
    expect(picture).toMatch(/in +plant\/\+\/vibration +up +0\.4 s +12/);
    expect(picture).toMatch(/window +window +50\.0 % +████···· +1 500\/s +10\/s +1 234/);
    expect(picture).toMatch(/bearing-watch\/7\/alerts +DOWN +11 +11 s +10\/s +250 ms/);
    expect(picture).toMatch(/p99_latency +BROKEN +14\.40 +2\.00/);
    expect(picture).toContain('mqtt sink: broker is away');
    expect(lines.at(-1)).toBe('q leave  p hold  ? help');
  });

  it.each([[20, 6], [40, 10], [80, 24], [200, 60], [79, 13]])('fits %i × %i, however much there is', (columns, rows) => {
    const nodes = Object.fromEntries(Array.from({ length: 50 }, (_none, index) => [`node-with-a-long-name-${index}`, { op: 'map', busyRatio: 0.1, rowsIn: 1, rowsOut: 1, rowsInState: 0 }]));
    const lines = frame(watched(70, { nodes }), { ...LOOK, columns, rows });
    expect(lines).toHaveLength(rows);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
  });

  it('says how many rows it has no room for', () => {
    const nodes = Object.fromEntries(Array.from({ length: 50 }, (_none, index) => [`n${index}`, { op: 'map', busyRatio: 0, rowsIn: 0, rowsOut: 0, rowsInState: 0 }]));
    expect(text(watched(2, { nodes }))).toMatch(/NODE.*\(\d\d more\)/);
  });

  it('has no colour and no box characters where these are not wanted', () => {
    expect(text(watched(3), { unicode: false })).toMatch(/^[\u0020-\u007e\n–·…°]*$/);
    expect(text(watched(3))).not.toContain('\u001b');
    expect(text(watched(3), { color: true })).toContain('\u001b[32mlive');
  });

  it('keeps the last picture and says so while the agent does not answer', () => {
    const picture = text(watched(3), { trouble: 'agent: http://127.0.0.1:9464 does not answer (ECONNREFUSED)' });
    expect(picture).toContain('bearing-watch release 7');
    expect(picture).toContain('ECONNREFUSED');
    expect(text(new History(), { trouble: 'agent: nothing there' })).toContain('agent: nothing there');
  });

  it('begins its rates anew when the agent or its release has changed', () => {
    const history = watched(3);
    history.add(parseSnapshot(status(4, { release: 8, counters: { rowsIn: 5 } })));
    expect(history.rates).toBeNull();
    expect(text(history)).toContain('in –/s');
    expect(text(watched(2, { probation: { remainingMs: 5 } }))).toContain('on probation');
    expect(text(history)).not.toContain('on probation');
  });

  it('shows an agent that waits for a bundle', () => {
    const waiting = { pipeline: null, release: null, since: null, state: 'waiting', problem: 'waits for a bundle', counters: null, nodes: {}, sinks: [], slo: [], sourceFigures: [], recentProblems: [], watermarkLagMs: null };
    expect(text(watched(2, waiting))).toContain('no pipeline  waiting  waits for a bundle');
  });

  it('lets nobody steer the terminal by the names that they choose', () => {
    const evil = { pipeline: 'a\u001b[2Jb', recentProblems: [{ timeMs: T0, severity: 'warn', text: '\u009b2J\r\nhidden' }], nodes: { 'n\u0007': { op: 'map' } } };
    expect(text(watched(2, evil))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it.each([[null], [[]], [{}], ['x'], [{ state: 1 }]])('is refused from %j', document => {
    expect(() => parseSnapshot(document)).toThrow(expect.objectContaining({ code: 'STATUS_UNREADABLE' }) as Error);
  });

  it('takes whatever else a document holds without harm', () => {
    const snapshot: TopSnapshot = parseSnapshot({ state: 'live', agent: 7, counters: [], nodes: null, sinks: 'x', slo: {}, inbox: { rows: 'many' }, recentProblems: [null, 3] });
    expect(snapshot).toMatchObject({ state: 'live', recordsIn: 0, nodes: [], sinks: [], inbox: { rows: 0 } });
  });
});

describe('small pictures', () => {
  it('rise with their values', () => {
    expect(sparkline([0, 1, 2, 4, 8], 6, true)).toBe(' ▁▂▃▅█');
    expect(sparkline([0, 0], 2, true)).toBe('▁▁');
    expect(sparkline([1, 2, 3], 2, false)).toHaveLength(2);
    expect(bar(0.5, 4, true)).toBe('██··');
    expect(bar(7, 4, false)).toBe('####');
  });

  it('are cut without leaking their style', () => {
    expect(fitted('\u001b[1mabcdef\u001b[0m', 4)).toBe('\u001b[1mabc…\u001b[0m');
    expect(fitted('abc', 3)).toBe('abc');
  });
});
