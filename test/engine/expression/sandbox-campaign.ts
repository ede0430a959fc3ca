import type { Batch, Column } from '../../../engine/batch/batch';
import { PlanError } from '../../../engine/error';
import type { Expression } from '../../../engine/expression/ast';
import { columnsOf } from '../../../engine/expression/columns-of';
import { prepareExpression } from '../../../engine/expression/evaluate';
import { expressionFromJson } from '../../../engine/expression/json';
import { parseExpression } from '../../../engine/expression/parse';
import { printSql } from '../../../engine/expression/print-sql';
import type { Schema } from '../../../engine/schema/schema';
import { Random } from '../../oracle/random';
import { batchOf } from './batches';
import { RandomJson } from './random-json';
import { RandomSyntax } from './random-syntax';

/** Which random trees to try. The same seed gives the same trees. */
export interface CampaignOptions {
  readonly count: number;
  readonly seed: number;
}
export interface CampaignReport extends CampaignOptions {
  /** Trees that were expressions, and were computed. */
  readonly accepted: number;
  /** Trees that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Texts of escapes and of errors without a type; none is what we want. */
  readonly findings: readonly string[];
}

const FINDINGS_MAX = 5;

export const SANDBOX_SCHEMA: Schema = {
  fields: [
    { name: 'x', type: 'float64', nullable: true },
    { name: 'n', type: 'int64', nullable: false },
    { name: 's', type: 'utf8', nullable: true },
    { name: 'ok', type: 'bool', nullable: false },
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 'i', type: 'int32', nullable: true }
  ]
};

/** Feeds random syntax trees, hostile ones among them, as source texts and as JSON to the language; nothing may get out of it. */
export function sandboxCampaign({ count, seed }: CampaignOptions): CampaignReport {
  const choices = new Random(seed);
  const syntax = new RandomSyntax(choices);
  const json = new RandomJson(choices);
  const cage = new Cage();
  const refused: Record<string, number> = {};
  const findings: string[] = [];
  let accepted = 0;
  for (let tree = 0; tree < count && findings.length < FINDINGS_MAX; tree++) {
    const isJson = tree % 4 === 3;
    const text = isJson ? json.text() : syntax.program();
    try {
      cage.check(isJson ? expressionFromJson(JSON.parse(text), 'expression') : parseExpression(text, { schema: SANDBOX_SCHEMA, parameters: { k: 0.5 } }));
      accepted += 1;
    } catch (error) {
      if (error instanceof PlanError) refused[error.code] = (refused[error.code] ?? 0) + 1;
      else findings.push(`tree ${tree} of seed ${seed}: ${String(error)}\n${text}`);
    }
    if (cage.escaped()) findings.push(`tree ${tree} of seed ${seed} called a function from outside\n${text}`);
  }
  cage.close();
  return { count, seed, accepted, refused, findings };
}

/** A batch of which every read is watched, and a global function that nothing may call. */
export class Cage {
  private readonly read = new Set<string>();
  private readonly batch: Batch;
  private called = false;

  constructor() {
    const rows = batchOf(SANDBOX_SCHEMA, [
      { x: 1.5, n: 2n ** 63n - 1n, s: 'a', ok: true, t: 1_700_000_000_000, i: -7 },
      { x: null, n: 0n, s: null, ok: false, t: 0, i: null },
      { x: NaN, n: -(2n ** 63n), s: '\u{1f600}', ok: true, t: 1, i: 2 ** 31 - 1 }
    ]);
    this.batch = { ...rows, columns: new Proxy([...rows.columns, secretColumn()], { get: (columns, key, receiver) => this.columnAt(columns, key, receiver) }) };
    Reflect.set(globalThis, 'canary', () => (this.called = true));
  }

  /** Computes `expression`; throws when it reads a column that it does not name, or gives what its type does not allow. */
  check(expression: Expression): void {
    const again = expressionFromJson(JSON.parse(JSON.stringify(expression)), 'expression');
    const prepared = prepareExpression(again, SANDBOX_SCHEMA);
    this.read.clear();
    const column = prepared.evaluate(this.batch);
    const named = columnsOf(expression);
    for (const name of this.read) if (!named.includes(name)) throw new Error(`it read "${name}" and names ${named.join(', ')}`);
    if (column.validity !== null && column.validity.length !== this.batch.rowCount) throw new Error('its validity has other rows');
    if (lengthOf(column) !== this.batch.rowCount) throw new Error(`it gave ${lengthOf(column)} rows`);
    if (!prepared.nullable && column.validity?.includes(0)) throw new Error('it gave null and said it would not');
    if (typeof prepared.type === 'string' && column.kind !== prepared.type) throw new Error(`it gave ${column.kind} and said ${prepared.type}`);
    for (const dialect of ['duckdb', 'flink'] as const) sqlOrRefusal(again, dialect);
  }

  /** Whether the function from outside was called since the last time. */
  escaped(): boolean {
    const { called } = this;
    this.called = false;
    return called;
  }

  close(): void {
    Reflect.deleteProperty(globalThis, 'canary');
  }

  private columnAt(columns: readonly Column[], key: string | symbol, receiver: unknown): unknown {
    const index = typeof key === 'string' ? Number(key) : NaN;
    if (!Number.isInteger(index)) throw new Error(`it read "${String(key)}" of the columns`);
    const field = SANDBOX_SCHEMA.fields[index];
    if (field === undefined) throw new Error(`it read column ${index}, which is not declared`);
    this.read.add(field.name);
    return Reflect.get(columns, key, receiver);
  }
}

function sqlOrRefusal(expression: Expression, dialect: 'duckdb' | 'flink'): void {
  try {
    printSql(expression, SANDBOX_SCHEMA, dialect);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
  }
}

function secretColumn(): Column {
  return { kind: 'float64', values: new Float64Array([42, 42, 42]), validity: null };
}

function lengthOf(column: Column): number {
  if (column.kind === 'utf8') return column.codes.length;
  return column.kind === 'list' ? column.offsets.length - 1 : column.values.length;
}
