import { featureView } from './feature-view';
import { intervalJoin } from './interval-join';
import { lookup } from './lookup';
import { temporalLookup } from './temporal-lookup';
import { union } from './union';
import { windowJoin } from './window-join';

/** The operators of `plan/nodes/streams.ts` by name. */
export const streamsSpecs = { union, intervalJoin, windowJoin, lookup, temporalLookup, featureView } as const;
