import { expect } from 'vitest';
import type { Proof, ProofResult } from '../proof';

/** Runs the small scale of `proof`, says its seed, and expects it to pass. */
export async function expectProved(proof: Proof): Promise<ProofResult['figures']> {
  const seed = Number(process.env['LITTORAL_SEED'] ?? Date.now() % 1_000_000);
  process.stdout.write(`${proof.id} seed ${seed}\n`);
  const lines: string[] = [];
  const { ok, figures, findings } = await proof.run({ scale: 'small', seed, log: line => lines.push(line) });
  expect(findings, lines.join('\n')).toEqual([]);
  expect(ok).toBe(true);
  return figures;
}
