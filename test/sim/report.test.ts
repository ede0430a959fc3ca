import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Proof } from './proof';
import { renderReport } from './report';
import { keepRun, keptRuns, runProof } from './run-proof';

const machine = { processor: 'Test 1', cores: 2, memoryBytes: 2 ** 33, system: 'Linux 6 x64', node: '20.0.0', sqlite: '3.53.0', mosquitto: '2.0.11' };
const options = { scale: 'small', seed: 7, log: () => undefined } as const;

function proofOf(id: string, run: Proof['run']): Proof {
  return { id, title: `title of ${id}`, passLine: `pass line of ${id}`, run };
}
const passing = proofOf('G2', () => Promise.resolve({ ok: true, figures: { lostMessages: 0, kills: 1_500, rate: 1.23456 }, findings: [], limits: ['not on a Monday'] }));
const throwing = proofOf('G10', () => Promise.reject(new Error('no such thing in /secret/place')));

it('a proof that throws, or says it passed and has findings, has failed', async () => {
  expect(await runProof(throwing, options, '.')).toMatchObject({ id: 'G10', ok: false, findings: [expect.stringContaining('no such thing') as unknown] });
  const contradictory = proofOf('G3', () => Promise.resolve({ ok: true, figures: {}, findings: ['but'], limits: [] }));
  expect(await runProof(contradictory, options, '.')).toMatchObject({ ok: false, findings: ['but'] });
});

it('a report orders proofs by number, names what was not run, and holds no path of the machine', async () => {
  const runs = new Map([throwing, passing].map(proof => [proof.id, proof] as const));
  const done = new Map(await Promise.all([...runs.values()].map(async proof => [proof.id, await runProof(proof, options, '.')] as const)));
  const text = renderReport({ machine, proofs: [throwing, passing, proofOf('G4', passing.run)], runs: done, paths: { '/secret/place': '<tmp>' } });
  expect(text.indexOf('| G2 ')).toBeLessThan(text.indexOf('| G4 '));
  expect(text.indexOf('| G4 ')).toBeLessThan(text.indexOf('| G10 '));
  expect(text).toMatch(/\| G4 title of G4 \| \*\*not run\*\* \|/);
  expect(text).toMatch(/\| G2 title of G2 \| passed \| small \| 7 \|/);
  expect(text).toContain('| lost messages | 0 |');
  expect(text).toContain('| kills | 1,500 |');
  expect(text).toContain('| rate | 1.235 |');
  expect(text).toContain('- not on a Monday');
  expect(text).toContain('`npm run prove -- G10 --small --seed 7`');
  expect(text).toContain('No proof here: G1, G3,');
  expect(text).not.toContain('/secret/place');
});

it('runs are kept for a later report', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'littoral-runs-'));
  const run = await runProof(passing, options, '.');
  keepRun(folder, run);
  expect(keptRuns(folder)).toEqual(new Map([['G2', run]]));
  rmSync(folder, { recursive: true });
});
