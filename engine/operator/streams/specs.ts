import { union } from './union';

/** The operators of `plan/nodes/streams.ts` by name. */
export const streamsSpecs = { union } as const;
