import { replayHere } from '../../../edge/host/replay';
import { lakeRows } from '../../edge/lake-rows';
import type { EffectsSeen } from './effects';
import type { FaultPlan } from './plans';

/** Rows that a batch run over `lines` sends to each sink, as JSON, without those that only its end releases. */
export async function expectedRows(plan: FaultPlan, lines: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await replayHere(plan, bytesOf(lines), { rowsMax: Infinity });
  const bySink = new Map<string, string[]>();
  for (const { sink, at, row } of rows) {
    if (at >= lines.length) continue;
    const list = bySink.get(sink);
    if (list === undefined) bySink.set(sink, [JSON.stringify(row)]);
    else list.push(JSON.stringify(row));
  }
  return bySink;
}

/** How what came differs from what a batch run gives. */
export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly different: number;
  readonly findings: readonly string[];
}

/** Effects by their ids against the expected rows: each exactly once under its number, equal byte for byte. */
export function judgeEffects(seen: EffectsSeen, prefix: string, wanted: readonly string[]): Verdict {
  const findings: string[] = [];
  let lost = 0;
  let different = 0;
  wanted.forEach((row, index) => {
    const payload = seen.byId.get(`${prefix}/${index}`);
    if (payload === undefined) lost++;
    else if (payload !== row) different++;
    if (payload !== row && findings.length < 3) findings.push(`effect ${prefix}/${index} is ${payload ?? 'missing'}, a batch run gives ${row}`);
  });
  const extra = [...seen.byId.keys()].filter(id => !id.startsWith(`${prefix}/`) || Number(id.slice(prefix.length + 1)) >= wanted.length);
  if (extra.length > 0) findings.push(`${extra.length} effects that no batch run gives, the first ${extra[0] ?? ''}: ${seen.byId.get(extra[0] ?? '') ?? ''}`);
  if (seen.contradictions.length > 0) findings.push(`${seen.contradictions.length} ids with two contents, the first ${seen.contradictions[0] ?? ''}`);
  const firstOutOfOrder = [...seen.byId.keys()].findIndex((id, index) => id !== `${prefix}/${index}`);
  if (firstOutOfOrder >= 0 && lost === 0 && extra.length === 0) findings.push(`effects arrived out of order from number ${firstOutOfOrder}`);
  return { lost, duplicated: extra.length + seen.contradictions.length, different, findings };
}

/** The rows of a Delta table against the expected ones, as multisets. */
export async function judgeLake(tableDir: string, wanted: readonly string[]): Promise<Verdict> {
  const open = new Map<string, number>();
  for (const text of wanted) {
    const key = rowKey(JSON.parse(text) as Record<string, unknown>);
    open.set(key, (open.get(key) ?? 0) + 1);
  }
  let duplicated = 0;
  let first = '';
  for (const row of await lakeRows(tableDir)) {
    const key = rowKey(row);
    const left = open.get(key) ?? 0;
    if (left > 0) open.set(key, left - 1);
    else {
      duplicated++;
      if (first === '') first = key;
    }
  }
  const lost = [...open.values()].reduce((sum, count) => sum + count, 0);
  const findings = [...(lost === 0 ? [] : [`${lost} rows are not in the lake`]), ...(duplicated === 0 ? [] : [`${duplicated} rows in the lake that no batch run gives, the first ${first}`])];
  return { lost, duplicated, different: 0, findings };
}

/** A row of either side in one form: times as numbers, partition columns left out. */
function rowKey(row: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(row).filter(name => name !== 'day').sort();
  return names.map(name => `${name}=${String(plain(row[name]))}`).join(' ');
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  return typeof value === 'bigint' ? Number(value) : value;
}

async function* bytesOf(lines: readonly string[]): AsyncGenerator<Uint8Array> {
  for (let first = 0; first < lines.length; first += 10_000) yield Buffer.from(lines.slice(first, first + 10_000).map(line => `${line}\n`).join(''));
}
