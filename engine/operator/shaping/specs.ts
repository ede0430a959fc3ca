import { cast } from './cast';
import { derive } from './derive';
import { drop } from './drop';
import { explode } from './explode';
import { rename } from './rename';
import { sample } from './sample';
import { validate } from './validate';

/** The operators of `plan/nodes/shaping.ts` by name. */
export const shapingSpecs = { derive, drop, rename, cast, explode, sample, validate } as const;
