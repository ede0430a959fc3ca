import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadModels } from '../../edge/host/inference';
import { bearingFeatures } from '../../edge/plant/bearing-features';

const notebooks = join(import.meta.dirname, '../../notebooks');
// Neither trained on (1 … 30) nor in the card's held-out set (101 … 106).
const UNSEEN_SEED = 107;
const THRESHOLD = 0.8;

describe('the bearing model', () => {
  it('does on unseen bearings what its card says', async () => {
    const rows = bearingFeatures({ seed: UNSEEN_SEED, seconds: 600 });
    const inference = await loadModels({ 'bearing.onnx': readFileSync(join(notebooks, 'bearing.onnx')) });
    const features = { type: 'float32' as const, dims: [rows.length, 2], data: Float32Array.from(rows.flatMap(row => [row.rms, row.peakHz])) };
    const answer = await inference.infer({ id: 0, node: 'predict', model: 'bearing.onnx', inputs: { features }, rowCount: rows.length });
    await inference.dispose();
    if ('error' in answer) throw new Error(answer.error.message);
    const score = answer.outputs['score']!.data as Float32Array;
    const share = (wanted: (severity: number) => boolean): number => {
      const chosen = rows.map((row, index) => ({ row, score: score[index]! })).filter(({ row }) => wanted(row.severity));
      return chosen.filter(one => one.score > THRESHOLD).length / chosen.length;
    };
    expect(rows.length).toBeGreaterThan(4_700);
    expect(share(severity => severity === 0)).toBeLessThan(0.01);
    expect(share(severity => severity >= 0.3)).toBeGreaterThan(0.95);
    expect(share(severity => severity >= 0.5)).toBeGreaterThan(0.99);
  });
});
