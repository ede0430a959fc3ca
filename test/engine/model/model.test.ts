import { describe, expect, it } from 'vitest';
import { readModel } from '../../../engine/model/read-model';
import { plain, referenceBytes, referenceCases, referenceJson } from '../../support/reference';

interface ModelLine {
  readonly name: string;
  readonly file: string;
  readonly irVersion: number;
  readonly opsets: Record<string, number>;
  readonly nodes: number;
  readonly ops: readonly string[];
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
}

describe('the contract of a model', () => {
  for (const line of referenceJson('onnx/models.json') as ModelLine[]) {
    it(`is read from ${line.name} as the reference has it`, () => {
      const model = readModel(referenceBytes(`onnx/${line.file}`));
      if (!model.ok) throw new Error(model.detail);
      const { contract } = model;
      expect(contract.irVersion).toBe(line.irVersion);
      expect(Object.fromEntries(contract.opsets)).toEqual(line.opsets);
      expect(contract.nodeCount).toBe(line.nodes);
      expect([...contract.ops.keys()]).toEqual(line.ops);
      expect(contract.inputs).toEqual(line.inputs);
      expect(contract.outputs).toEqual(line.outputs);
    });
  }
});

describe('bad models', () => {
  for (const reference of referenceCases('onnx/bad/bad.json')) {
    const { verdict, reasons } = reference.expected as { verdict: string; reasons: readonly string[] };
    it(`${reference.name}: ${verdict}`, () => {
      const model = readModel(plain(reference.input, 'onnx/bad') as Uint8Array);
      const seen = model.ok ? 'accepted' : model.reason;
      const atRuntime = reasons.includes('runtime') && model.ok;
      if (verdict === 'accept') expect(seen).toBe('accepted');
      else if (verdict === 'refuse' && !atRuntime) expect(reasons).toContain(seen);
      else if (verdict === 'policy' && !model.ok) expect(reasons).toContain(seen);
    });
  }

  it('never break the reader, whatever byte is changed or wherever the file ends', () => {
    const bytes = referenceBytes('onnx/mlp-regressor.onnx');
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = bytes.slice();
      changed[at]! ^= 0xff;
      const model = readModel(changed);
      if (!model.ok) expect(model.detail).toMatch(/\w/);
      readModel(bytes.subarray(0, at));
    }
  });
});
