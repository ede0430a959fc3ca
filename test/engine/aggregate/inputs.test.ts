import { describe, expect, test } from 'vitest';
import { aggregateInputs } from '../../../engine/aggregate/aggregate-inputs';
import { PlanError } from '../../../engine/error';
import type { AggregateUse } from '../../../engine/plan/nodes/aggregate-use';
import type { Schema } from '../../../engine/schema/schema';

const schema: Schema = {
  fields: [
    { name: 'x', type: 'float64', nullable: true },
    { name: 'y', type: 'int64', nullable: false },
    { name: 's', type: 'utf8', nullable: false },
    { name: 't', type: 'timestampMs', nullable: false },
    { name: 'signal', type: { list: 'float32' }, nullable: false },
    { name: 'bytes', type: 'binary', nullable: false },
    { name: 'ok', type: 'bool', nullable: false }
  ]
};

type Asked = Omit<AggregateUse, 'name'>;

function typeOf(use: Asked): unknown {
  const [used] = aggregateInputs([{ name: 'a', ...use }], schema, 'w');
  return used!.spec.resolve(used!.input).type;
}

describe('aggregates of a Plan', () => {
  test.each<readonly [Asked, unknown]>([
    [{ fn: 'covariance', column: 'x', otherColumn: 'y' }, 'float64'],
    [{ fn: 'correlation', column: 'signal', otherColumn: 'signal' }, 'float64'],
    [{ fn: 'mode', column: 's' }, 'utf8'],
    [{ fn: 'mode', column: 'y' }, 'int64'],
    [{ fn: 'mode', column: 'signal' }, 'float32'],
    [{ fn: 'countDistinct', column: 'ok' }, 'int64'],
    [{ fn: 'range', column: 't' }, 'float64'],
    [{ fn: 'range', column: 'y' }, 'int64'],
    [{ fn: 'collect', column: 'y' }, { list: 'float64' }],
    [{ fn: 'quantile', column: 'x', options: { q: 0.9, method: 'inverted_cdf' } }, 'float64']
  ])('%j gives %j', (use, type) => expect(typeOf(use)).toEqual(type));

  test.each<readonly [Asked, string, RegExp]>([
    [{ fn: 'covariance', column: 'x' }, 'AGGREGATE_COLUMN', /it has one column, expected two\. Write covariance\('x', 'y'\)/u],
    [{ fn: 'covariance', column: 'x', otherColumn: 's' }, 'AGGREGATE_TYPE', /column "s" is utf8/u],
    [{ fn: 'covariance', column: 'x', otherColumn: 'signal' }, 'AGGREGATE_TYPE', /expected two of numbers or two of lists/u],
    [{ fn: 'correlation', column: 'x', otherColumn: 'z' }, 'UNKNOWN_COLUMN', /no such column; the stream has "x", "y"/u],
    [{ fn: 'mean', column: 'x', otherColumn: 'y' }, 'AGGREGATE_COLUMN', /it has a second column "y", expected one/u],
    [{ fn: 'median', column: 's' }, 'AGGREGATE_TYPE', /median needs a number or a list of numbers/u],
    [{ fn: 'range', column: 's' }, 'AGGREGATE_TYPE', /range needs numbers, a list of numbers or timestamps/u],
    [{ fn: 'mode', column: 'bytes' }, 'AGGREGATE_TYPE', /mode needs any column but a binary one/u],
    [{ fn: 'countDistinct', column: 'bytes' }, 'AGGREGATE_TYPE', /binary/u],
    [{ fn: 'quantile', column: 'x' }, 'AGGREGATE_OPTION', /q is missing, expected a number from 0 to 1\. Write e\.g\. \{ q: 0\.99 \}/u],
    [{ fn: 'quantile', column: 'x', options: { q: 99 } }, 'AGGREGATE_OPTION', /q is 99/u],
    [{ fn: 'quantile', column: 'x', options: { q: 0.5, method: 'constructor' } }, 'AGGREGATE_OPTION', /method is "constructor", expected one of "linear"/u],
    [{ fn: 'median', column: 'x', options: { exactValuesMax: 10 } }, 'AGGREGATE_OPTION', /expected a whole number from 4096 to 1048576/u],
    [{ fn: 'collect', column: 'x', options: { limit: 0.5 } }, 'AGGREGATE_OPTION', /limit is 0\.5/u],
    [{ fn: 'variance', column: 'x', options: { dof: 1 } }, 'AGGREGATE_OPTION', /no option "dof"\. Its options: ddof\. Did you mean "ddof"/u],
    [{ fn: 'slope' }, 'AGGREGATE_COLUMN', /slope\(\) at w\.aggregates\[0\]: it has no column/u]
  ])('%j is refused with %s', (use, code, message) => {
    const attempt = (): unknown => typeOf(use);
    expect(attempt).toThrow(PlanError);
    expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));
  });
});
