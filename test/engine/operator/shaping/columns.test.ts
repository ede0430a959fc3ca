import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../engine/expression/parse';
import { createGraph } from '../../../../engine/graph/create-graph';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { PlanNode } from '../../../../engine/plan/plan';
import type { Schema } from '../../../../engine/schema/schema';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';

const SCHEMA: Schema = {
  fields: [
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 'k', type: 'utf8', nullable: true },
    { name: 'x', type: 'float64', nullable: true, unit: 'mV', tags: { classification: 'internal', lineage: ['meter'] } },
    { name: 'n', type: 'int64', nullable: true, tags: { classification: 'pii', encryption: 'plant' } }
  ]
};
const source = sourceNode({ schema: SCHEMA });
const computed = (columns: Record<string, string>): { name: string; expression: ReturnType<typeof parseExpression> }[] => Object.entries(columns).map(([name, text]) => ({ name, expression: parseExpression(text, { schema: SCHEMA, subject: name }) }));
const keyed: PlanNode = { id: 'key', op: 'keyBy', input: 'in', config: { columns: ['k'] } };
const graphOf = (...nodes: PlanNode[]) => createGraph(parsePlan(planOf(source, ...nodes, sinkNode(nodes.at(-1)!.id))));
const rowsOf = (...nodes: PlanNode[]) => pushAll(graphOf(...nodes), [message({ t: 5, k: 'a', x: 2, n: 7 }), END]).rows;

describe('derive', () => {
  const node = (columns: Record<string, string>, input = 'in'): PlanNode => ({ id: 'd', op: 'derive', input, config: { columns: computed(columns) } });

  it('adds columns, replaces others in their place and keeps the rest', () => {
    const [row] = rowsOf(node({ x: 'r => r.x * 10', both: 'r => r.x + r.n' }));
    expect(Object.entries(row!.row)).toEqual([['t', 5], ['k', 'a'], ['x', 20], ['n', 7n], ['both', 9]]);
    expect(row!.eventTimeMs).toBe(5);
  });

  it('gives a computed column the strictest classification, all origins and the encryption of what it reads', () => {
    const { fields } = graphOf(node({ sum: 'r => r.x + r.n', copy: 'r => r.x', one: 'r => 1' })).types.get('d')!.schema;
    expect(fields.slice(4)).toEqual([
      { name: 'sum', type: 'float64', nullable: true, tags: { classification: 'pii', lineage: ['meter'], encryption: 'plant' } },
      { name: 'copy', type: 'float64', nullable: true, unit: 'mV', tags: { classification: 'internal', lineage: ['meter'] } },
      { name: 'one', type: 'int32', nullable: false }
    ]);
  });

  it('refuses to change a key', () => {
    expect(() => graphOf(keyed, node({ k: "r => r.k + '!'" }, 'key'))).toThrow(/"k" is a key of the stream and must stay as it is/u);
    expect(graphOf(keyed, node({ k: 'r => r.k' }, 'key')).types.get('d')!.keys).toEqual(['k']);
  });
});

describe('drop', () => {
  const node = (columns: string[], input = 'in'): PlanNode => ({ id: 'd', op: 'drop', input, config: { columns } });

  it('leaves out columns and keeps the event time of the rows', () => {
    expect(rowsOf(node(['t', 'n']))).toMatchObject([{ eventTimeMs: 5, row: { k: 'a', x: 2 } }]);
    expect(graphOf(node(['t', 'n'])).types.get('d')!.schema.fields.map(({ name }) => name)).toEqual(['k', 'x']);
  });

  it.each<[string, PlanNode[], RegExp]>([
    ['a key', [keyed, node(['k'], 'key')], /"k" is a key of the stream/u],
    ['a column that is not there', [node(['xx'])], /no such column; the stream has .*Did you mean "x"\?/u],
    ['all columns', [node(['t', 'k', 'x', 'n'])], /names all 4 columns/u]
  ])('refuses %s', (_name, nodes, message) => {
    expect(() => graphOf(...nodes)).toThrow(message);
  });
});

describe('rename', () => {
  const node = (columns: Record<string, string>, input = 'in'): PlanNode => ({ id: 'd', op: 'rename', input, config: { columns } });

  it('renames all at once, so that columns can swap their names, and keeps unit, tags and keys', () => {
    const nodes = [keyed, node({ x: 'n', n: 'x', k: 'device' }, 'key')];
    expect(rowsOf(...nodes)).toMatchObject([{ row: { t: 5, device: 'a', n: 2, x: 7n } }]);
    const type = graphOf(...nodes).types.get('d')!;
    expect(type.keys).toEqual(['device']);
    expect(type.schema.fields[2]).toEqual({ ...SCHEMA.fields[2], name: 'n' });
  });

  it.each<[string, PlanNode, RegExp]>([
    ['two columns of one name', node({ x: 'n' }), /two columns would be called "n"/u],
    ['a column that is not there', node({ y: 'z' }), /no such column/u],
    ['a name that a topic could not hold', node({ x: 'a{b}' }), /expected printable characters without/u]
  ])('refuses %s', (_name, wrong, message) => {
    expect(() => graphOf(wrong)).toThrow(message);
  });
});

describe('tags of a schema', () => {
  it.each<[string, object, RegExp]>([
    ['a classification that does not exist', { classification: 'personal' }, /tags\.classification: got "personal"; expected one of/u],
    ['a field nobody knows', { owner: 'me' }, /unknown field "owner"/u],
    ['an origin twice', { lineage: ['a', 'a'] }, /origin "a" occurs twice/u],
    ['a key reference that is no name', { encryption: '../key' }, /tags\.encryption/u]
  ])('refuse %s', (_name, tags, message) => {
    const schema = { fields: [{ ...SCHEMA.fields[0], tags }] };
    expect(() => parsePlan({ ...planOf(source, sinkNode('in')), nodes: [{ ...source, config: { ...(source.config as object), schema } }, sinkNode('in')] })).toThrow(message);
  });
});
