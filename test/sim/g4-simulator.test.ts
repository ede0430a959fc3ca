import { describe, expect, it } from 'vitest';
import { proof } from './g4-simulator.proof';

const SEED = 1;

describe('the agent in a simulated world', () => {
  it('keeps what it promises whatever fails, and its oracles find every bug that is planted', async () => {
    const lines: string[] = [];
    const { findings, figures } = await proof.run({ scale: 'small', seed: SEED, log: line => lines.push(line) });
    process.stdout.write(`seed ${SEED}: ${JSON.stringify(figures)}\n`);
    expect(findings).toEqual([]);
    expect(figures['bugsFound']).toBe(figures['bugsPlanted']);
  }, 600_000);
});
