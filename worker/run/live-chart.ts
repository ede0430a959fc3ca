import type { Batch } from '../../engine/batch/batch';
import type { Graph } from '../../engine/graph/graph-api';
import type { Plan, SinkNode } from '../../engine/plan/plan';
import { cellValue } from '../../engine/rows/cell-text';
import { fieldIndex, isNumeric } from '../../engine/schema/schema';
import type { Schema } from '../../engine/schema/schema';
import type { ChartSeries } from '../protocol';
import { decimate } from './decimate';

const KEYS_MAX = 20;
const HISTORY_POINTS = 600;
const POINTS_PER_FLUSH = 64;

export interface Points {
  readonly key: string;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

interface Line {
  times: number[];
  values: number[];
  /** How many of the points have been sent. */
  sent: number;
}

/** What is drawn of a run: one numeric column of one sink's rows, a line per key. */
export interface ChartChoice {
  readonly sink: string;
  readonly column: string;
  readonly unit: string | null;
  readonly keys: readonly string[];
}

/**
 * The column called `wanted`, else the first float column (else the first numeric one) of the last window; taken from
 * the first sink that shows it. Null when no sink has a numeric column.
 */
export function chooseChart(plan: Plan, graph: Graph, wanted?: string): ChartChoice | null {
  const sinks = plan.nodes.filter(node => node.op === 'sink');
  const windows = plan.nodes.filter(node => node.op === 'window');
  const last = windows[windows.length - 1];
  const names = last === undefined ? null : new Set(last.config.aggregates.map(aggregate => aggregate.name));
  const candidates = wanted === undefined ? [names, null] : [new Set([wanted])];
  for (const among of candidates) {
    for (const sink of sinks) {
      const type = graph.types.get(sink.input);
      const field = type === undefined ? undefined : pickColumn(type.schema, among, type.keys);
      if (type !== undefined && field !== undefined) return { sink: sink.config.name, column: field.name, unit: field.unit ?? null, keys: type.keys };
    }
  }
  return null;
}

function pickColumn(schema: Schema, among: ReadonlySet<string> | null, keys: readonly string[]): Schema['fields'][number] | undefined {
  const numeric = schema.fields.filter(field => isNumeric(field.type) && !keys.includes(field.name) && (among === null || among.has(field.name)));
  return numeric.find(field => field.type === 'float64' || field.type === 'float32') ?? numeric[0];
}

/** Collects the points of a run: what is new for the live view, and a bounded history for snapshots. */
export class LiveChart {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly choice: ChartChoice | null) {}

  add(sink: SinkNode, batch: Batch): void {
    if (this.choice === null || sink.config.name !== this.choice.sink) return;
    const column = batch.columns[fieldIndex(batch.schema, this.choice.column)];
    if (column === undefined) return;
    const keys = this.choice.keys.map(name => batch.columns[fieldIndex(batch.schema, name)]).filter(key => key !== undefined);
    for (let row = 0; row < batch.rowCount; row += 1) {
      const value = Number(cellValue(column, row) ?? NaN);
      const key = keys.map(part => String(cellValue(part, row))).join(' · ');
      const line = this.line(key);
      if (line === null) continue;
      line.times.push(batch.eventTimeMs[row] ?? NaN);
      line.values.push(value);
      if (line.times.length > HISTORY_POINTS * 2) trim(line);
    }
  }

  /** Points since the last call, thinned to what a frame can show. */
  flush(): Points[] {
    const points: Points[] = [];
    for (const [key, line] of this.lines) {
      if (line.sent === line.times.length) continue;
      points.push({ key, ...decimate(line.times.slice(line.sent), line.values.slice(line.sent), POINTS_PER_FLUSH) });
      line.sent = line.times.length;
    }
    return points;
  }

  series(): ChartSeries {
    const keys = [...this.lines.keys()].sort();
    const times = new Set<number>();
    for (const line of this.lines.values()) for (const time of line.times) times.add(time);
    const timesMs = [...times].sort((a, b) => a - b).slice(-HISTORY_POINTS);
    const position = new Map(timesMs.map((time, index) => [time, index]));
    const values = keys.map(key => {
      const line = this.lines.get(key);
      const column = new Array<number>(timesMs.length).fill(NaN);
      line?.times.forEach((time, index) => {
        const at = position.get(time);
        if (at !== undefined) column[at] = line.values[index] ?? NaN;
      });
      return column;
    });
    return { column: this.choice?.column ?? '', unit: this.choice?.unit ?? null, keys, timesMs, values };
  }

  private line(key: string): Line | null {
    const known = this.lines.get(key);
    if (known !== undefined) return known;
    if (this.lines.size >= KEYS_MAX) return null;
    const line: Line = { times: [], values: [], sent: 0 };
    this.lines.set(key, line);
    return line;
  }
}

function trim(line: Line): void {
  const excess = line.times.length - HISTORY_POINTS;
  line.times = line.times.slice(excess);
  line.values = line.values.slice(excess);
  line.sent = Math.max(0, line.sent - excess);
}
