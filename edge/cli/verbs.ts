import { broker } from './broker';
import { bundle } from './bundle';
import { decrypt } from './decrypt';
import { explain } from './explain';
import { inspect } from './inspect';
import { keygen } from './keygen';
import { lake } from './lake';
import { plan } from './plan';
import { reference } from './reference';
import { replay } from './replay';
import { run } from './run';
import { schema } from './schema';
import { trust } from './trust';
import { validate } from './validate';
import { verify } from './verify';
import type { Verb } from './verb';

/** All verbs, in the order of the help page. */
export const VERBS: readonly Verb[] = [plan, replay, validate, bundle, keygen, trust, verify, run, broker, inspect, decrypt, lake, schema, explain, reference];
