import { describe, expect, it } from 'vitest';
import { valueAt } from '../../../../engine/batch/value';
import { columnBuilder, BinaryBuilder, Int64Builder, ListBuilder, NumberBuilder, Utf8Builder } from '../../../../engine/codec/column-builder';
import type { Column } from '../../../../engine/batch/batch';
import { createGraph } from '../../../../engine/graph/create-graph';
import { columnCast } from '../../../../engine/operator/shaping/cast-column';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { CastPolicy } from '../../../../engine/plan/nodes/shaping';
import type { PlanNode } from '../../../../engine/plan/plan';
import type { DataType } from '../../../../engine/schema/schema';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';

type Cell = number | bigint | string | boolean | null | Uint8Array | readonly number[];
const FAILS = Symbol('cannot be cast');

function columnOf(type: DataType, value: Cell): Column {
  const builder = columnBuilder(type);
  if (value === null) builder.appendNull();
  else if (builder instanceof NumberBuilder) builder.append(Number(value));
  else if (builder instanceof Int64Builder) builder.appendBigInt(value as bigint);
  else if (builder instanceof Utf8Builder) builder.append(value as string);
  else if (builder instanceof BinaryBuilder) builder.append(value as Uint8Array);
  else if (builder instanceof ListBuilder) {
    for (const element of value as readonly number[]) builder.appendValue(element);
    builder.endList();
  }
  return builder.build();
}

function cast(from: DataType, value: Cell, to: DataType, policy: CastPolicy): unknown {
  const { column, failed } = columnCast(from, to, policy)(columnOf(from, value), 1);
  if (failed?.[0] === 1) {
    expect(valueAt(column, 0)).toBe(null);
    return FAILS;
  }
  return valueAt(column, 0);
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const MAX64 = 2n ** 63n - 1n;

/** From, value, to, then what the policies error, round and clamp give. */
const CASES: readonly [DataType, Cell, DataType, unknown, unknown, unknown][] = [
  ['float64', 3, 'int32', 3, 3, 3],
  ['float64', -0, 'int32', 0, 0, 0],
  ['float64', 2.5, 'int32', FAILS, 3, 3],
  ['float64', -2.5, 'int32', FAILS, -2, -2],
  ['float64', -0.4, 'int32', FAILS, 0, 0],
  ['float64', 3e9, 'int32', FAILS, FAILS, 2147483647],
  ['float64', -3e9, 'int32', FAILS, FAILS, -2147483648],
  ['float64', 2147483647.4, 'int32', FAILS, 2147483647, 2147483647],
  ['float64', 2147483647.5, 'int32', FAILS, FAILS, 2147483647],
  ['float64', NaN, 'int32', FAILS, FAILS, FAILS],
  ['float64', -Infinity, 'int32', FAILS, FAILS, -2147483648],
  ['float64', 2 ** 63, 'int64', FAILS, FAILS, MAX64],
  ['float64', -(2 ** 63), 'int64', -(2n ** 63n), -(2n ** 63n), -(2n ** 63n)],
  ['float64', NaN, 'int64', FAILS, FAILS, FAILS],
  ['float64', 1.5, 'timestampMs', FAILS, 2, 2],
  ['float64', 2 ** 53, 'timestampMs', FAILS, FAILS, 2 ** 53 - 1],
  ['float64', 1e39, 'float32', FAILS, FAILS, 3.4028234663852886e38],
  ['float64', 0.1, 'float32', Math.fround(0.1), Math.fround(0.1), Math.fround(0.1)],
  ['float64', Infinity, 'float32', Infinity, Infinity, Infinity],
  ['float64', NaN, 'float32', NaN, NaN, NaN],
  ['float64', 0.1, 'utf8', '0.1', '0.1', '0.1'],
  ['float64', -0, 'utf8', '-0', '-0', '-0'],
  ['float64', NaN, 'utf8', 'NaN', 'NaN', 'NaN'],
  ['float64', 1, 'bool', true, true, true],
  ['float64', 2, 'bool', FAILS, FAILS, FAILS],
  ['float64', 0.4, 'bool', FAILS, FAILS, FAILS],
  ['bool', true, 'int64', 1n, 1n, 1n],
  ['bool', false, 'utf8', 'false', 'false', 'false'],
  ['bool', true, 'float32', 1, 1, 1],
  ['int32', 7, 'int64', 7n, 7n, 7n],
  ['int64', 2n ** 53n + 1n, 'float64', 2 ** 53, 2 ** 53, 2 ** 53],
  ['int64', 2n ** 53n + 1n, 'timestampMs', FAILS, FAILS, 2 ** 53 - 1],
  ['int64', 2n ** 40n, 'int32', FAILS, FAILS, 2147483647],
  ['int64', MAX64, 'utf8', '9223372036854775807', '9223372036854775807', '9223372036854775807'],
  ['timestampMs', 0, 'utf8', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
  ['timestampMs', 9e15, 'utf8', FAILS, FAILS, FAILS],
  ['timestampMs', 1e12, 'int32', FAILS, FAILS, 2147483647],
  ['utf8', '1970-01-01T01:00:00+01:00', 'timestampMs', 0, 0, 0],
  ['utf8', '1970-02-30T00:00:00Z', 'timestampMs', FAILS, FAILS, FAILS],
  ['utf8', '12', 'int32', 12, 12, 12],
  ['utf8', '12.0', 'int32', 12, 12, 12],
  ['utf8', ' 12', 'int32', FAILS, FAILS, FAILS],
  ['utf8', '', 'float64', FAILS, FAILS, FAILS],
  ['utf8', '0x10', 'float64', FAILS, FAILS, FAILS],
  ['utf8', '12.6', 'int32', FAILS, 13, 13],
  ['utf8', '1e400', 'float64', FAILS, FAILS, Number.MAX_VALUE],
  ['utf8', '-1e400', 'int64', FAILS, FAILS, -(2n ** 63n)],
  ['utf8', '9223372036854775807', 'int64', MAX64, MAX64, MAX64],
  ['utf8', '9223372036854775808', 'int64', FAILS, FAILS, MAX64],
  ['utf8', '1e3', 'int64', 1000n, 1000n, 1000n],
  ['utf8', 'Infinity', 'float64', Infinity, Infinity, Infinity],
  ['utf8', 'NaN', 'int32', FAILS, FAILS, FAILS],
  ['utf8', '9'.repeat(500), 'int64', FAILS, FAILS, FAILS],
  ['utf8', 'true', 'bool', true, true, true],
  ['utf8', 'TRUE', 'bool', FAILS, FAILS, FAILS],
  ['utf8', 'é', 'binary', bytes(0xc3, 0xa9), bytes(0xc3, 0xa9), bytes(0xc3, 0xa9)],
  ['binary', bytes(0xc3, 0xa9), 'utf8', 'é', 'é', 'é'],
  ['binary', bytes(0xc3), 'utf8', FAILS, FAILS, FAILS],
  [{ list: 'float64' }, [1, 2.5], { list: 'int32' }, FAILS, [1, 3], [1, 3]],
  [{ list: 'float64' }, [1, 1e39], { list: 'float32' }, FAILS, FAILS, [1, Math.fround(3.4028234663852886e38)]],
  [{ list: 'int32' }, [1, 2], { list: 'float64', size: 2 }, [1, 2], [1, 2], [1, 2]],
  [{ list: 'float64' }, [1, 2, 3], { list: 'float64', size: 2 }, FAILS, FAILS, FAILS],
  ['float64', null, 'int32', null, null, null],
  [{ list: 'float64' }, null, { list: 'float32' }, null, null, null]
];

describe('a cast', () => {
  it.each(CASES)('from %j %o to %j follows the policies', (from, value, to, error, round, clamp) => {
    expect(cast(from, value, to, 'error')).toEqual(error);
    expect(cast(from, value, to, 'null')).toEqual(error);
    expect(cast(from, value, to, 'round')).toEqual(round);
    expect(cast(from, value, to, 'clamp')).toEqual(clamp);
  });
});

describe('the operator cast', () => {
  const node = (columns: Record<string, unknown>, policy: string, input = 'in'): PlanNode => ({ id: 'c', op: 'cast', input, config: { columns, policy } }) as PlanNode;
  const graphOf = (...nodes: PlanNode[]) => createGraph(parsePlan(planOf(sourceNode(), ...nodes, sinkNode(nodes.at(-1)!.id))));
  const inputs = [message({ t: 1, k: '10', x: 1.5, n: 1 }), message({ t: 2, k: 'ten', x: 2, n: null }), message({ t: 3, k: null, x: 3, n: 3 }), END];

  it('sends rows that cannot be cast to the dead letters, as they came in, and counts them', () => {
    const graph = graphOf(node({ x: 'int32', k: 'int64' }, 'error'));
    const { rows, letters } = pushAll(graph, inputs);
    expect(rows.map(({ row }) => row)).toEqual([{ t: 3, k: null, x: 3, n: 3n }]);
    expect(letters).toMatchObject([{ at: 0, node: 'c', code: 'CAST', text: '{"t":1,"k":"10","x":1.5,"n":"1"}' }, { at: 1, code: 'CAST', text: '{"t":2,"k":"ten","x":2,"n":null}' }]);
    expect(graph.metrics().totals).toMatchObject({ deadLetters: { CAST: 2 }, conservationError: 0 });
  });

  it('makes values null that cannot be cast, and the column nullable', () => {
    const graph = graphOf(node({ t: 'int32', k: 'int64' }, 'null'));
    expect(pushAll(graph, inputs).rows.map(({ row }) => row['k'])).toEqual([10n, null, null]);
    expect(graph.types.get('c')!.schema.fields[0]).toEqual({ name: 't', type: 'int32', nullable: true });
  });

  it('gives the same however the inputs are cut', () => {
    const whole = pushAll(graphOf(node({ x: 'int32', k: 'int64' }, 'error')), inputs);
    expect(pushAll(graphOf(node({ x: 'int32', k: 'int64' }, 'error')), inputs, [1, 1, 1])).toEqual(whole);
  });

  it.each<[string, PlanNode[], RegExp]>([
    ['a number to a list', [node({ x: { list: 'float32' } }, 'error')], /float64 cannot become list<float32>; expected bool, int32/u],
    ['a number to binary', [node({ x: 'binary' }, 'error')], /float64 cannot become binary/u],
    ['a column that is not there', [node({ y: 'int32' }, 'error')], /no such column/u],
    ['a key', [{ id: 'key', op: 'keyBy', input: 'in', config: { columns: ['k'] } }, node({ k: 'int64' }, 'error', 'key')], /Cast it before keyBy/u],
    ['a policy that does not exist', [node({ x: 'int32' }, 'truncate')], /got "truncate"; expected one of/u]
  ])('refuses %s', (_name, nodes, message) => {
    expect(() => graphOf(...nodes)).toThrow(message);
  });
});
