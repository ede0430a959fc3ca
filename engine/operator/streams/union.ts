import type { Batch } from '../../batch/batch';
import { concatBatches } from '../../batch/concat';
import { sliceBatch } from '../../batch/slice';
import { PlanError } from '../../error';
import { PLAN_LIMITS } from '../../plan/limits';
import type { UnionNode } from '../../plan/nodes/streams';
import type { Field } from '../../schema/schema';
import { typeName } from '../../schema/schema';
import { derivedTags } from '../../schema/tags';
import type { OperatorSpec, StreamType } from '../operator';
import { MergingOperator } from './merging-operator';

/** All rows of several streams, in the order in which they came. */
export const union: OperatorSpec<UnionNode['config']> = {
  op: 'union',
  ports: { min: 2, max: PLAN_LIMITS.nodesMax },
  doc: 'All rows of several streams with the same columns, in the order in which they came. The watermark is the smallest of those streams that are not idle.',
  fields: [],
  drops: 'Nothing.',
  memory: 'The rows of one step.',
  resolve(_config, inputs, path) {
    const [first, ...others] = inputs;
    if (first === undefined) throw new PlanError('PLAN_INPUT', `union at ${path}: it has no inputs, expected two or more streams.`, { details: { path } });
    const fields = first.schema.fields.map((field, column) => commonField(field, column, others, path));
    const sameKeys = others.every(({ keys }) => keys.join() === first.keys.join());
    return { schema: { fields }, keys: sameKeys ? first.keys : [] };
  },
  create(config, inputs, node) {
    return new UnionOperator(node, this.resolve(config, inputs, node), inputs.length);
  }
};

function commonField(field: Field, column: number, others: readonly StreamType[], path: string): Field {
  let { nullable } = field;
  others.forEach(({ schema }, index) => {
    const other = schema.fields[column];
    if (other?.name !== field.name || typeName(other.type) !== typeName(field.type) || schema.fields.length !== others[0]!.schema.fields.length) {
      const seen = other === undefined ? 'nothing' : `"${other.name}" (${typeName(other.type)})`;
      throw new PlanError('UNION_COLUMNS', `union at ${path}: column ${column} is "${field.name}" (${typeName(field.type)}) in the first stream and ${seen} in stream ${index + 2}; expected the same columns in the same order. Bring them into line with select.`, { details: { path } });
    }
    nullable ||= other.nullable;
  });
  return { ...field, nullable, ...derivedTags([field, ...others.map(({ schema }) => schema.fields[column])]) };
}

class UnionOperator extends MergingOperator {
  private pieces: Batch[] = [];

  constructor(
    node: string,
    private readonly type: StreamType,
    portCount: number
  ) {
    super(node, portCount);
  }

  rows(_port: number, batch: Batch, from: number, to: number): void {
    this.pieces.push({ ...sliceBatch(batch, from, to), schema: this.type.schema });
    this.release(to - from);
  }

  watermark(): void {
    return;
  }

  protected takeResults(): Batch {
    const { pieces } = this;
    this.pieces = [];
    return concatBatches(this.type.schema, pieces);
  }

  protected saveState(): void {
    return;
  }

  protected loadState(): void {
    return;
  }
}
