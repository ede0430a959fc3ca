import { describe, expect, it } from 'vitest';
import { statementCount } from '../../../worker/lake/lake-query';
import { sqlError } from '../../../worker/lake/sql-error';

describe('statements of the desk', () => {
  it.each([
    ['SELECT 1', 1],
    ['SELECT 1;', 1],
    ['SELECT 1; SELECT 2', 2],
    ["SELECT ';' -- ; a comment\n", 1],
    ['SELECT 1 /* ; */ AS ";"', 1],
    ["SELECT 'it''s; fine'", 1]
  ])('%j has %i', (sql, count) => {
    expect(statementCount(sql)).toBe(count);
  });

  it('keep the caret below the place that DuckDB means', () => {
    const explained = 'Error: Binder Error: nope\n\nLINE 1: EXPLAIN (FORMAT JSON) SELECT nope FROM t\n                                     ^';
    expect(sqlError(new Error(explained.slice(7))).message).toBe('query: Binder Error: nope\n\nLINE 1: SELECT nope FROM t\n               ^');
  });
});
