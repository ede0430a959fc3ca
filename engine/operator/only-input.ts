import { PlanError } from '../error';
import type { StreamType } from './operator';

/** The one stream that `op` takes. */
export function onlyInput(inputs: readonly StreamType[], op: string, path: string): StreamType {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new PlanError('PLAN_INPUT', `${op} at ${path}: it has ${inputs.length} inputs, expected 1. Name one earlier node as its input.`, { details: { path } });
  }
  return input;
}
