import { cusum } from './cusum';
import { deadband } from './deadband';
import { debounce } from './debounce';
import { deduplicate } from './deduplicate';
import { diff } from './diff';
import { lag } from './lag';
import { lead } from './lead';
import { pattern } from './pattern';
import { reportByException } from './report-by-exception';
import { rolling } from './rolling';
import { smooth } from './smooth';
import { stateMachine } from './state-machine';
import { swingingDoor } from './swinging-door';
import { throttle } from './throttle';
import { zScore } from './z-score';

/** The operators of `plan/nodes/stateful.ts` by name. */
export const statefulSpecs = { lag, diff, smooth, cusum, zScore, deadband, reportByException, throttle, lead, debounce, swingingDoor, deduplicate, stateMachine, pattern, rolling } as const;
