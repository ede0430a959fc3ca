import type { Random } from '../../oracle/random';
import { mutated } from './mutate';
import type { FuzzTarget } from './target';

const UNCHANGED_SHARE = 0.02;

/** The input that `random` stands for: nearly always a changed seed, now and then an unchanged one between the changed. */
export function inputOf(target: FuzzTarget, random: Random): Uint8Array {
  return random.chance(UNCHANGED_SHARE) ? random.pick(target.seeds) : mutated(random, target);
}
