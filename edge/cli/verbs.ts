import { broker } from './broker';
import { bundle } from './bundle';
import { decrypt } from './decrypt';
import { diff } from './diff';
import { explain } from './explain';
import { fleet } from './fleet';
import { features } from './features';
import { inspect } from './inspect';
import { keygen } from './keygen';
import { lake } from './lake';
import { plan } from './plan';
import { reference } from './reference';
import { replay } from './replay';
import { run } from './run';
import { schema } from './schema';
import { top } from './top';
import { trust } from './trust';
import { validate } from './validate';
import { verify } from './verify';
import type { Verb } from './verb';

/** All verbs, in the order of the help page. */
export const VERBS: readonly Verb[] = [plan, replay, validate, bundle, keygen, trust, verify, diff, run, top, fleet, broker, inspect, decrypt, lake, features, schema, explain, reference];
