import { cast } from './cast';
import { derive } from './derive';
import { drop } from './drop';
import { encrypt } from './encrypt';
import { explode } from './explode';
import { rename } from './rename';
import { sample } from './sample';
import { tag } from './tag';
import { validate } from './validate';

/** The operators of `plan/nodes/shaping.ts` by name. */
export const shapingSpecs = { derive, drop, rename, cast, explode, sample, validate, tag, encrypt } as const;
