import type { MimeBundle } from '../ports';
import type { ContextTracker } from './context';
import { inspect } from './inspect';
import { tableBundle } from './representation';
import { tableOfRows } from './table';

type ConsoleMethods = Pick<Console, 'log' | 'info' | 'debug' | 'warn' | 'error' | 'trace' | 'dir' | 'table' | 'assert' | 'group' | 'groupCollapsed' | 'groupEnd' | 'count' | 'countReset' | 'time' | 'timeLog' | 'timeEnd' | 'clear'>;

export interface ConsoleOptions {
  readonly tracker: ContextTracker;
  readonly nowMs: () => number;
  readonly show: (bundle: MimeBundle) => void;
}

/** The `console` of cells: streams of the cell that is speaking. */
export function createConsole({ tracker, nowMs, show }: ConsoleOptions): ConsoleMethods {
  let indent = '';
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();
  const write = (name: 'stdout' | 'stderr', values: readonly unknown[]): void => {
    const text = formatLog(values);
    tracker.current?.output.write(name, `${indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`)}\n`);
  };
  const out = (...values: unknown[]): void => write('stdout', values);
  const err = (...values: unknown[]): void => write('stderr', values);
  const elapsed = (label: string): string => `${label}: ${(nowMs() - (timers.get(label) ?? nowMs())).toFixed(3)} ms`;
  const group = (...values: unknown[]): void => {
    if (values.length > 0) out(...values);
    indent += '  ';
  };
  return {
    log: out,
    info: out,
    debug: out,
    warn: err,
    error: err,
    trace: (...values) => err('Trace:', ...values),
    dir: value => out(inspect(value)),
    table(value: unknown) {
      const table = tableOfRows(value);
      if (table === null) out(value);
      else show(tableBundle(table));
    },
    assert(condition?: boolean, ...values: unknown[]) {
      if (condition !== true) err('Assertion failed', ...values);
    },
    group,
    groupCollapsed: group,
    groupEnd() {
      indent = indent.slice(2);
    },
    count(label = 'default') {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      out(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = 'default') => void counts.delete(label),
    time: (label = 'default') => void timers.set(label, nowMs()),
    timeLog: (label = 'default', ...values: unknown[]) => out(elapsed(label), ...values),
    timeEnd(label = 'default') {
      out(elapsed(label));
      timers.delete(label);
    },
    clear: () => tracker.current?.output.clear(false)
  };
}

/** `values` as one line of a log, with `%s %d %i %f %j %o %O %c` in a leading string. */
export function formatLog(values: readonly unknown[]): string {
  const [first, ...rest] = values;
  if (typeof first !== 'string') return values.map(text).join(' ');
  let next = 0;
  const head = first.replaceAll(/%[sdifjoOc%]/g, placeholder => {
    if (placeholder === '%%') return '%';
    if (next >= rest.length) return placeholder;
    return substitute(placeholder, rest[next++]);
  });
  return [head, ...rest.slice(next).map(text)].join(' ');
}

function substitute(placeholder: string, value: unknown): string {
  switch (placeholder) {
    case '%s':
      return text(value);
    case '%d':
      return typeof value === 'bigint' ? `${value}n` : String(Number(value));
    case '%i':
      return String(Math.trunc(Number(value)));
    case '%f':
      return String(Number(value));
    case '%c':
      return '';
    default:
      return inspect(value);
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value instanceof Error ? (value.stack ?? String(value)) : inspect(value);
}
