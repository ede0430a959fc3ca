import { describe, expect, it } from 'vitest';
import type { LogFormat } from '../../../edge/log/format';
import type { Severity } from '../../../edge/log/log';
import { logFormatOf, makeLogger, type Logger } from '../../../edge/log/logger';

const T0 = Date.UTC(2026, 0, 1);

function logger(format: LogFormat, level?: Severity): { readonly logger: Logger; readonly lines: string[]; clock: { nowMs: number } } {
  const lines: string[] = [];
  const clock = { nowMs: T0 };
  return { lines, clock, logger: makeLogger({ format, level, nowMs: () => clock.nowMs, write: line => lines.push(line) }) };
}

describe('a log', () => {
  it('gives people the words as they are and machines the facts behind them', () => {
    const facts = { event: 'source.connected', fields: { source: 'in', protocol: 5 }, traceId: '0af7651916cd43dd8448eb211c80319c' } as const;
    const text = logger('text');
    const json = logger('json');
    for (const { logger: each } of [text, json]) each.log('mqtt source "in": connected.', facts);
    expect(text.lines).toEqual(['mqtt source "in": connected.']);
    expect(json.lines).toHaveLength(1);
    expect(JSON.parse(json.lines[0] ?? '')).toEqual({
      time: '2026-01-01T00:00:00.000Z',
      severity: 'info',
      event: 'source.connected',
      message: 'mqtt source "in": connected.',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      source: 'in',
      protocol: 5
    });
  });

  it('marks lines with their level for the journal, and only there', () => {
    const { logger: log, lines } = logger('journal', 'debug');
    for (const severity of ['debug', 'info', 'warn', 'error'] as const) log.log(severity, { event: 'x', severity });
    expect(lines).toEqual(['<7>debug', '<6>info', '<4>warn', '<3>error']);
    const stderr = { dev: 8, ino: 4711 };
    expect(logFormatOf('auto', '8:4711', stderr)).toBe('journal');
    expect(logFormatOf('auto', '8:4712', stderr)).toBe('text');
    expect(logFormatOf('auto', undefined, stderr)).toBe('text');
    expect(logFormatOf('json', '8:4711', stderr)).toBe('json');
  });

  it('leaves out what is below its level', () => {
    const { logger: log, lines } = logger('text', 'warn');
    log.log('no');
    log.log('yes', { event: 'x', severity: 'warn' });
    expect(lines).toEqual(['yes']);
  });

  it('is one line per event, whatever the words hold, without terminal commands or credentials', () => {
    const { logger: log, lines } = logger('text');
    log.log('topic "a\nb\u001b[2J" at mqtt://ann:hunter2@host:1883');
    expect(lines).toEqual(['topic "a b?[2J" at mqtt://host:1883']);
  });

  it('holds repeats back and counts them, apart for each subject', () => {
    const { logger: log, lines, clock } = logger('json');
    for (let attempt = 1; attempt <= 44; attempt++) {
      clock.nowMs += 1_000;
      log.log(`source "in": unreachable. Next try in ${attempt}.5 s.`, { event: 'source.down', severity: 'warn', fields: { source: 'in', retry_ms: attempt } });
      if (attempt === 20) log.log('source "other": unreachable.', { event: 'source.down', severity: 'warn', fields: { source: 'other' } });
    }
    expect(lines).toHaveLength(4);
    clock.nowMs += 60_000;
    log.log('something else');
    expect(lines.slice(4).map(line => JSON.parse(line) as object)).toMatchObject([
      { message: 'source "in": unreachable. Next try in 44.5 s. (repeated 41 times)', source: 'in', retry_ms: 44, repeated: 41 },
      { message: 'something else' }
    ]);
  });

  it('tells at the end what it still holds back, and never holds back an error', () => {
    const { logger: log, lines } = logger('text');
    for (let count = 0; count < 5; count++) log.log(`attempt ${count}`);
    for (let count = 0; count < 5; count++) log.log('bad', { event: 'x', severity: 'error' });
    log.close();
    expect(lines).toEqual(['attempt 0', 'attempt 1', 'attempt 2', 'bad', 'bad', 'bad', 'bad', 'bad', 'attempt 4 (repeated 2 times)']);
  });

  it('keeps little in memory however many subjects there are', () => {
    const { logger: log, lines } = logger('text');
    for (let count = 0; count < 2_000; count++) log.log(count.toString(2).replace(/0/g, 'a').replace(/1/g, 'b'));
    expect(lines).toHaveLength(2_000);
  });
});
