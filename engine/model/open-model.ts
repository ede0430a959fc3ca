import { LittoralError } from '../error';
import type { ModelContract, ModelLimits } from './model-contract';
import { readModel } from './read-model';

/** The contract of model file `name`. Throws `MODEL_REFUSED` with the reason; call it before a runtime sees the bytes. */
export function openModel(name: string, bytes: Uint8Array, limits?: Partial<ModelLimits>): ModelContract {
  const model = readModel(bytes, limits);
  if (model.ok) return model.contract;
  throw new LittoralError('MODEL_REFUSED', `model "${name}": ${model.detail}; look at it with \`littoral inspect\` and export it again`, {
    details: { model: name, reason: model.reason }
  });
}
