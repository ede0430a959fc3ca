import type { RowOut } from '../api/host';
import { decodeUtf8 } from '../codec/utf8';
import { LittoralError } from '../error';

const LINE_BYTES_MAX = 16 * 1024 * 1024;
const LINE_FEED = 10;

/** The rows of a rows-out file. Throws `ROWS_FORMAT` with the 1-based line number. Empty lines are passed over. */
export function parseRowsOut(bytes: Uint8Array): RowOut[] {
  const rows: RowOut[] = [];
  let line = 0;
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, from);
    const to = found < 0 ? bytes.length : found;
    line += 1;
    const row = parseLine(bytes, from, to, line);
    if (row !== null) rows.push(row);
    from = to + 1;
  }
  return rows;
}

function parseLine(bytes: Uint8Array, from: number, to: number, line: number): RowOut | null {
  const refuse = (problem: string): LittoralError =>
    new LittoralError('ROWS_FORMAT', `rows file, line ${line}: ${problem}`, { details: { line } });
  if (to - from > LINE_BYTES_MAX) throw refuse(`the line has ${to - from} bytes, at most ${LINE_BYTES_MAX} are allowed`);
  const text = decodeUtf8(bytes, from, to);
  if (text === null) throw refuse('the line is not UTF-8');
  if (text.trim() === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse(`the line is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (!isObject(value)) throw refuse('the line is no JSON object');
  const { sink, eventTimeMs, at, row } = value;
  if (typeof sink !== 'string') throw refuse('"sink" is not text; expected the name of a sink of the plan');
  const time = typeof eventTimeMs === 'string' ? Number(eventTimeMs) : eventTimeMs;
  if (typeof time !== 'number') throw refuse('"eventTimeMs" is not a number; expected milliseconds since 1970');
  if (typeof at !== 'number' || !Number.isSafeInteger(at)) throw refuse('"at" is not an integer; expected a 0-based line of the recording');
  if (!isObject(row)) throw refuse('"row" is no object');
  return { sink, eventTimeMs: time, at, row };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
