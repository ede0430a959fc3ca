import type { MakeTarget } from '../target';
import { bundle, onnx } from './archives';
import { commandLines } from './command-lines';
import { inTurn } from './in-turn';
import { keys, notebook, plan, recording, trust } from './documents';
import { deltaLog, parquet, parquetRows } from './lakes';
import { mqttFrames } from './mqtt-frames';
import { mqttIngest } from './mqtt-ingest';
import { PAYLOAD_TARGETS } from './payloads';

const QUICK = { mqttFrames, ...PAYLOAD_TARGETS, plan, notebook, recording, trust, keys, bundle, onnx, deltaLog, parquet, parquetRows, commandLines };

/** Everything that takes bytes from outside, by name; `inTurn` is all of them but the running agent in one process. */
export const TARGETS: Readonly<Record<string, MakeTarget>> = { ...QUICK, mqttIngest, inTurn: inTurn(QUICK) };
