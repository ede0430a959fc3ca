import { keygen } from './keygen';
import type { Verb } from './verb';

/** All verbs, in the order of the help page. */
export const VERBS: readonly Verb[] = [keygen];
