export interface InspectOptions {
  /** Levels of nesting shown; default 4. */
  readonly depth?: number;
  /** Entries shown of one list, map or object; default 100. */
  readonly entriesMax?: number;
  /** Characters shown of one string inside a value; default 2 000. */
  readonly charsMax?: number;
  /** Characters of the whole text; default 100 000. */
  readonly totalCharsMax?: number;
}

interface State {
  readonly depthMax: number;
  readonly entriesMax: number;
  readonly charsMax: number;
  readonly seen: object[];
  budget: number;
}

const LINE_CHARS = 80;

/** `value` as text for people. Bounded in depth and size, safe on cycles and hostile objects; runs no getters. */
export function inspect(value: unknown, options: InspectOptions = {}): string {
  const state: State = {
    depthMax: options.depth ?? 4,
    entriesMax: options.entriesMax ?? 100,
    charsMax: options.charsMax ?? 2_000,
    seen: [],
    budget: options.totalCharsMax ?? 100_000
  };
  const text = show(value, state);
  const max = options.totalCharsMax ?? 100_000;
  return text.length > max ? `${text.slice(0, max)}…` : text;
}

function show(value: unknown, state: State): string {
  if (state.budget <= 0) return '…';
  const text = typeof value === 'object' && value !== null ? guarded(value, state) : primitive(value, state);
  state.budget -= Math.min(text.length, LINE_CHARS);
  return text;
}

function primitive(value: unknown, state: State): string {
  switch (typeof value) {
    case 'string': {
      const cut = value.length > state.charsMax;
      return JSON.stringify(cut ? value.slice(0, state.charsMax) : value) + (cut ? `… (${value.length} characters)` : '');
    }
    case 'bigint':
      return `${value}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'function':
      return functionText(value);
    default:
      return String(value);
  }
}

function functionText(value: object): string {
  const name = ownValue(value, 'name');
  const source = Function.prototype.toString.call(value);
  return `[${source.startsWith('class') ? 'class' : 'Function'}${typeof name === 'string' && name !== '' ? ` ${name}` : ' (anonymous)'}]`;
}

function guarded(value: object, state: State): string {
  if (state.seen.includes(value)) return '[Circular]';
  if (state.seen.length >= state.depthMax) return `[${className(value) ?? 'Object'}]`;
  state.seen.push(value);
  try {
    return object(value, state);
  } catch (error) {
    return `[cannot be shown: ${error instanceof Error ? error.message : String(error)}]`;
  } finally {
    state.seen.pop();
  }
}

function object(value: object, state: State): string {
  if (Array.isArray(value)) return list('', value, value.length, state);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return typedArray(value as unknown as ArrayLike<unknown>, state);
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${value.byteLength} bytes)`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Error) return errorText(value);
  if (value instanceof Promise) return 'Promise {…}';
  if (value instanceof Map) return entries(`Map(${value.size}) `, value.entries(), value.size, state);
  if (value instanceof Set) return list(`Set(${value.size}) `, value, value.size, state, '{', '}');
  return record(value, state);
}

function errorText(error: Error): string {
  return `${error.name}: ${error.message}`;
}

function typedArray(value: ArrayLike<unknown>, state: State): string {
  return list(`${className(value) ?? 'TypedArray'}(${value.length}) `, value as unknown as Iterable<unknown>, value.length, state);
}

function list(prefix: string, items: Iterable<unknown>, count: number, state: State, open = '[', close = ']'): string {
  const parts: string[] = [];
  for (const item of items) {
    if (parts.length >= state.entriesMax) break;
    parts.push(show(item, state));
  }
  return prefix + layout(parts, count, open, close, state);
}

function entries(prefix: string, items: Iterable<[unknown, unknown]>, count: number, state: State): string {
  const parts: string[] = [];
  for (const [key, item] of items) {
    if (parts.length >= state.entriesMax) break;
    parts.push(`${show(key, state)} => ${show(item, state)}`);
  }
  return prefix + layout(parts, count, '{', '}', state);
}

function record(value: object, state: State): string {
  const keys = Reflect.ownKeys(value).filter(key => Object.getOwnPropertyDescriptor(value, key)?.enumerable === true);
  const parts = keys.slice(0, state.entriesMax).map(key => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    const label = typeof key === 'symbol' ? `[${String(key)}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${label}: ${descriptor !== undefined && 'value' in descriptor ? show(descriptor.value, state) : '[Getter]'}`;
  });
  const name = className(value);
  return (name === 'Object' ? '' : `${name ?? '[no prototype]'} `) + layout(parts, keys.length, '{', '}', state);
}

function layout(parts: string[], count: number, open: string, close: string, state: State): string {
  if (count > parts.length) parts.push(`… ${count - parts.length} more`);
  if (parts.length === 0) return open + close;
  const pad = open === '{' ? ' ' : '';
  const oneLine = `${open}${pad}${parts.join(', ')}${pad}${close}`;
  if (oneLine.length <= LINE_CHARS - state.seen.length * 2 && !oneLine.includes('\n')) return oneLine;
  const isNumbers = open === '[' && parts.every(part => part.length <= 12);
  const lines = isNumbers ? columns(parts) : parts;
  return `${open}\n${lines.map(line => `  ${line.replaceAll('\n', '\n  ')}`).join(',\n')}\n${close}`;
}

/** Short items, several on a line. */
function columns(parts: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of parts) {
    if (line !== '' && line.length + part.length + 2 > LINE_CHARS) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? part : `${line}, ${part}`;
  }
  lines.push(line);
  return lines;
}

/** Name of the class of `value` by its prototype; `null` without one. */
export function className(value: object): string | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null) return null;
  const made = ownValue(prototype, 'constructor');
  const name = typeof made === 'function' ? ownValue(made, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? name : 'Object';
}

/** Own data property; getters are not run. */
function ownValue(value: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(value, key)?.value as unknown;
}
