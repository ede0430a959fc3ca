import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlanError } from '../../../engine/error';
import type { Expression } from '../../../engine/expression/ast';
import { expressionFromJson } from '../../../engine/expression/json';
import { parseExpression } from '../../../engine/expression/parse';
import { buildChild } from '../../edge/child-process';
import { ESCAPES, JSON_ESCAPES } from './escapes';
import { Cage, sandboxCampaign, SANDBOX_SCHEMA } from './sandbox-campaign';

/** Trees of one run of the tests; a campaign takes a million. */
const TREES = 5000;

describe('the sandbox of expressions', () => {
  let cage: Cage;
  beforeAll(() => void (cage = new Cage()));
  afterAll(() => cage.close());

  const refusal = (read: () => Expression): unknown => {
    try {
      cage.check(read());
    } catch (error) {
      return error;
    }
    return null;
  };

  it.each(ESCAPES)('refuses %s', (_, source) => {
    expect(refusal(() => parseExpression(source, { schema: SANDBOX_SCHEMA, parameters: { k: 1 } }))).toBeInstanceOf(PlanError);
    expect(cage.escaped()).toBe(false);
  });

  it.each(JSON_ESCAPES)('refuses JSON with %s', (_, json) => {
    expect(refusal(() => expressionFromJson(JSON.parse(json), 'expression'))).toBeInstanceOf(PlanError);
    expect(Reflect.get({}, 'name')).toBeUndefined();
  });

  it.each([
    ['an escape in the name of a column', 'r => r.\\u0078 + 1'],
    ['a column by a text with an escape', 'r => r["\\x78"] + 1'],
    ['a function as a compiler writes its call', 'r => (0, littoral_1.abs)(r.x)'],
    ['a name of another scope that is only a text', 'r => r.s + "constructor"']
  ])('computes with %s, because it means nothing else', (_, source) => {
    expect(refusal(() => parseExpression(source, { schema: SANDBOX_SCHEMA }))).toBeNull();
    expect(cage.escaped()).toBe(false);
  });

  it('holds random syntax trees and random JSON', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const report = sandboxCampaign({ count: TREES, seed });
    expect(report.findings, `seed ${seed}`).toEqual([]);
    expect(report.accepted, `seed ${seed}: too few trees are expressions to say anything`).toBeGreaterThan(TREES / 20);
  }, 60_000);

  it('works where code cannot be made from texts', async () => {
    const child = await buildChild('test/engine/expression/no-code-generation.child.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--disallow-code-generation-from-strings', child]);
    expect(JSON.parse(stdout)).toEqual({ codeFromText: 'EvalError', accepted: true, findings: [] });
  }, 60_000);
});
