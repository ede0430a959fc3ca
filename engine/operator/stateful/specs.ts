import { cusum } from './cusum';
import { deadband } from './deadband';
import { diff } from './diff';
import { lag } from './lag';
import { reportByException } from './report-by-exception';
import { smooth } from './smooth';
import { throttle } from './throttle';
import { zScore } from './z-score';

/** The operators of `plan/nodes/stateful.ts` by name. */
export const statefulSpecs = { lag, diff, smooth, cusum, zScore, deadband, reportByException, throttle } as const;
