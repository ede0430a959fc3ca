import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../../engine/expression/parse';
import { createGraph } from '../../../../engine/graph/create-graph';
import { deltaFields } from '../../../../engine/lake/delta-schema';
import { resolveLineage } from '../../../../engine/plan/lineage';
import { parsePlan } from '../../../../engine/plan/parse-plan';
import type { PlanNode, SourceNode } from '../../../../engine/plan/plan';
import { END, message, planOf, pushAll, sinkNode, sourceNode } from '../../../support/graph-runs';

const source = sourceNode() as SourceNode;
const expression = (text: string) => parseExpression(text, { schema: source.config.schema, subject: 'test' });
const tag: PlanNode = { id: 'tag', op: 'tag', input: 'in', config: { columns: { x: { unit: 'kN', classification: 'confidential', lineage: ['load cell 4'] }, n: { classification: 'pii' } } } };
const encrypt: PlanNode = { id: 'encrypt', op: 'encrypt', input: 'tag', config: { columns: ['n'], keyRef: 'plant', tokens: {} } };
const keyBy: PlanNode = { id: 'key', op: 'keyBy', input: 'encrypt', config: { columns: ['k'] } };
const select: PlanNode = { id: 'select', op: 'select', input: 'key', config: { columns: [{ name: 'x', expression: expression('r => r.x') }, { name: 'both', expression: expression('r => r.x + r.n') }] } };
const rename: PlanNode = { id: 'rename', op: 'rename', input: 'select', config: { columns: { x: 'load' } } };
const window: PlanNode = { id: 'window', op: 'window', input: 'rename', config: { window: { kind: 'tumbling', sizeMs: 10, offsetMs: 0 }, aggregates: [{ name: 'm', fn: 'mean', column: 'load' }, { name: 'b', fn: 'max', column: 'both' }, { name: 'rows', fn: 'count' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' } };
const predict: PlanNode = { id: 'predict', op: 'predict', input: 'window', config: { model: 'm.onnx', inputs: { f: ['m', 'b'] }, outputs: { s: { column: 'score', type: 'float32' } }, onError: 'null' } };
const plan = parsePlan(planOf(source, tag, encrypt, keyBy, select, rename, window, predict, sinkNode('predict')));

describe('tags', () => {
  const types = createGraph(plan).types;
  const field = (node: string, name: string) => types.get(node)!.schema.fields.find(each => each.name === name);

  it('are set by tag, with the unit, and kept by the column under every name', () => {
    expect(field('tag', 'x')).toEqual({ name: 'x', type: 'float64', nullable: true, unit: 'kN', tags: { classification: 'confidential', lineage: ['load cell 4'] } });
    expect(field('rename', 'load')).toEqual({ ...field('tag', 'x'), name: 'load' });
  });

  it('travel to what is computed: the strictest classification, all origins, encryption', () => {
    expect(field('select', 'both')!.tags).toEqual({ classification: 'pii', lineage: ['load cell 4'], encryption: 'plant' });
    expect(field('window', 'm')!.tags).toEqual({ classification: 'confidential', lineage: ['load cell 4'] });
    expect(field('window', 'b')!.tags).toEqual(field('select', 'both')!.tags);
    expect(field('window', 'rows')!.tags).toBe(undefined);
    expect(field('predict', 'score')!.tags).toEqual(field('select', 'both')!.tags);
  });

  it('change no value, and encrypted columns are plaintext within the graph', () => {
    const graph = createGraph(parsePlan(planOf(source, tag, encrypt, sinkNode('encrypt'))));
    expect(pushAll(graph, [message({ t: 1, k: 'a', x: 2, n: 3 }), END]).rows.map(({ row }) => row)).toEqual([{ t: 1, k: 'a', x: 2, n: 3n }]);
    expect(graph.metrics().totals.conservationError).toBe(0);
  });

  it('hide the values of encrypted columns in dead letters', () => {
    const cast: PlanNode = { id: 'cast', op: 'cast', input: 'encrypt', config: { columns: { n: 'int32' }, policy: 'error' } };
    const rules: PlanNode = { id: 'rules', op: 'validate', input: 'cast', config: { violationsColumn: null, rules: [{ name: 'n', severity: 'drop', check: 'range', column: 'n', min: null, max: 5 }] } };
    const graph = createGraph(parsePlan(planOf(source, tag, encrypt, cast, rules, sinkNode('rules'))));
    graph.push([message({ t: 1, k: 'a', x: 1, n: 5_000_000_123 }), message({ t: 2, k: 'a', x: 1, n: 777 })]);
    const { deadLetters } = graph.take();
    expect(deadLetters.map(({ code, message: words, bytes }) => [code, words, new TextDecoder().decode(bytes)])).toEqual([
      ['CAST', 'cast("n"): (encrypted) is no int32', '{"t":1,"k":"a","x":1,"n":"(encrypted)"}'],
      ['VALIDATION', 'rule "n": "n" is (encrypted); expected at most 5', '{"t":2,"k":"a","x":1,"n":"(encrypted)"}']
    ]);
  });

  it('of all streams of a union stay with their column', () => {
    const all: PlanNode = { id: 'all', op: 'union', inputs: ['in', 'encrypt'], config: {} };
    const type = createGraph(parsePlan(planOf(source, tag, encrypt, all, sinkNode('all')))).types.get('all')!;
    expect(type.schema.fields[3]!.tags).toEqual({ classification: 'pii', encryption: 'plant' });
  });

  it('become metadata of the columns in the lake', () => {
    const [, , x, n] = deltaFields(types.get('encrypt')!.schema, []);
    expect(x!.metadata).toEqual({ comment: 'kN', 'littoral.classification': 'confidential', 'littoral.lineage': 'load cell 4' });
    expect(n!.metadata).toEqual({ 'littoral.classification': 'pii', 'littoral.encryption': 'plant' });
  });

  it('may be replaced by weaker ones where a person says so', () => {
    const weaker: PlanNode = { id: 'weak', op: 'tag', input: 'tag', config: { columns: { n: { classification: 'internal' } } } };
    expect(createGraph(parsePlan(planOf(source, tag, weaker, sinkNode('weak')))).types.get('weak')!.schema.fields[3]!.tags).toEqual({ classification: 'internal' });
  });

  it.each<[string, PlanNode[], RegExp]>([
    ['of a column that is not there', [{ ...tag, config: { columns: { y: {} } } } as PlanNode, sinkNode('tag')], /tag\("y"\).*no such column/u],
    ['of an encrypted column that is not there', [tag, { ...encrypt, config: { columns: ['y'], keyRef: 'plant', tokens: {} } } as PlanNode, sinkNode('encrypt')], /encrypt\("y"\).*no such column/u],
    ['with a token of a column in the clear', [tag, { ...encrypt, config: { columns: ['n'], keyRef: 'plant', tokens: { x: 'y' } } } as PlanNode, sinkNode('encrypt')], /the token "y" is of column "x", which is not encrypted here/u],
    ['with a token in place of a column', [tag, { ...encrypt, config: { columns: ['n'], keyRef: 'plant', tokens: { n: 'x' } } } as PlanNode, sinkNode('encrypt')], /already has a column "x"/u],
    ['with a key in place of its name', [tag, { ...encrypt, config: { columns: ['n'], keyRef: 'a b', tokens: {} } } as PlanNode, sinkNode('encrypt')], /keyRef: got "a b"/u],
    ['of an encrypted column in a topic', [tag, encrypt, { ...sinkNode('encrypt'), config: { connector: 'mqtt', name: 'out', topic: 'out/{n}', connection: 'plant', qos: 0, retain: false } } as PlanNode], /column "n" leaves encrypted, but the topic would show it/u],
    ['of an encrypted column in a folder', [tag, encrypt, { ...sinkNode('encrypt'), config: { connector: 'lake', name: 'out', table: 'out', partitionBy: ['n'] } } as PlanNode], /the folders of the table would show it/u],
    ['of an encrypted column that rows are merged by', [tag, encrypt, { ...sinkNode('encrypt'), config: { connector: 'lake', name: 'out', table: 'out', partitionBy: [], mergeBy: ['n'] } } as PlanNode], /merged by column "n", which leaves encrypted, differently each time/u]
  ])('are refused %s', (_name, nodes, expected) => {
    expect(() => parsePlan(planOf(source, ...nodes))).toThrow(expected);
  });
});

describe('the lineage of a plan', () => {
  it('names the columns of the sources that each column is computed from', () => {
    const lineage = resolveLineage(plan);
    const of = (node: string, name: string) => lineage.get(node)!.schema.fields.find(each => each.name === name)!.tags?.lineage;
    expect(of('select', 'both')).toEqual(['load cell 4', 'in/plant/+/vibration#n']);
    expect(of('predict', 'k')).toEqual(['in/plant/+/vibration#k']);
    expect(of('window', 'rows')).toBe(undefined);
  });
});
