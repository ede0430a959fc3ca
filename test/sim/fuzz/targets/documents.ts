import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LittoralError } from '../../../../engine/error';
import { parseTrust } from '../../../../engine/bundle/trust';
import { createGraph } from '../../../../engine/graph/create-graph';
import { parsePlanText } from '../../../../engine/plan/parse-plan';
import { RecordingReader } from '../../../../engine/recording/recording-reader';
import { parseKeyRing } from '../../../../edge/crypto/key-ring';
import { codeCells } from '../../../../edge/host/notebook-file';
import { summarizeRecording } from '../../../../edge/host/recording-summary';
import { readTrustDocument } from '../../../../edge/host/trust-file';
import { makeSigning, countingPlan, valueLine } from '../../../edge/bundles';
import { ROOT } from '../../../bench/peers/root';
import { planOf } from '../../../bench/peers/littoral-system';
import { JOBS } from '../../../bench/peers/job';
import { windowsPlan } from '../../faults/plans';
import { refusedOr, type FuzzTarget } from '../target';

const JSON_WORDS = ['{', '}', '[', ']', '""', 'null', 'true', '1e999', '-1', '9007199254740993', '"__proto__":{"a":1},', '"constructor"', '\\u0000', '[[[[[[[[', '{"a":'].map(text => Buffer.from(text));
const isTyped = (error: unknown): error is LittoralError => error instanceof LittoralError;
const text = (input: Uint8Array): string => Buffer.from(input).toString('utf8');

/** A Plan from outside; what is accepted must also become a graph, or be refused with a typed error. */
export function plan(): FuzzTarget {
  const plans = [countingPlan(), planOf(JOBS.J1), planOf(JOBS.J3), windowsPlan({ delivery: 'exactlyOnceEffects', deduplicate: true }).plan];
  return {
    seeds: plans.map(each => Buffer.from(JSON.stringify(each))),
    words: JSON_WORDS,
    take: input =>
      refusedOr(() => {
        const parsed = parsePlanText(text(input));
        createGraph(parsed);
        return 'runs';
      }, isTyped)
  };
}

/** The code cells of a notebook; nothing is run. */
export function notebook(): FuzzTarget {
  const folder = join(ROOT, 'notebooks');
  const seeds = readdirSync(folder).filter(name => name.endsWith('.ipynb')).map(name => readFileSync(join(folder, name)));
  return { seeds, words: JSON_WORDS, take: input => refusedOr(() => (codeCells(text(input), 'fuzz.ipynb').length > 0 ? 'cells' : 'no cells'), isTyped) };
}

/** A recording in pieces, and through the summary of `littoral inspect` now and then. */
export function recording(folder: string): FuzzTarget {
  const lines = [valueLine('a', 1, 1), valueLine('b', 2, -3), '{"arrivalTimeMs":5,"tick":true}', '{"arrivalTimeMs":6,"topic":"a/b","payloadBase64":"AAEC","properties":{"a":"b"},"qos":2,"retain":true}'];
  const file = join(folder, 'fuzz.recording.ndjson');
  let taken = 0;
  return {
    seeds: [Buffer.from(`${lines.join('\n')}\n`), Buffer.from(lines.join('\n'))],
    words: [...JSON_WORDS, Buffer.from('\n'), Buffer.from([0x1f, 0x8b, 8, 0])],
    async take(input) {
      if (taken++ % 100 === 0) {
        writeFileSync(file, input);
        await summarizeRecording(file, () => undefined).catch((error: unknown) => {
          if (!isTyped(error)) throw error;
        });
      }
      return refusedOr(() => {
        const reader = new RecordingReader();
        let inputs = 0;
        for (let at = 0; at < input.length; at += 37) inputs += reader.push(input.subarray(at, at + 37)).length;
        return inputs + reader.end().length > 0 ? 'inputs' : 'empty';
      }, isTyped);
    }
  };
}

/** Trust files as the agent and as the command line read them. */
export function trust(folder: string): FuzzTarget {
  mkdirSync(folder, { recursive: true });
  const { trustFile } = makeSigning(join(folder, 'trust.json'));
  const file = join(folder, 'fuzz.json');
  let taken = 0;
  return {
    seeds: [readFileSync(trustFile)],
    words: JSON_WORDS,
    async take(input) {
      if (taken++ % 50 === 0) {
        writeFileSync(file, input);
        await readTrustDocument(file).catch((error: unknown) => {
          if (!isTyped(error)) throw error;
        });
      }
      return refusedOr(() => `${parseTrust(input).keys.length} keys`, isTyped);
    }
  };
}

/** Key files of encrypted columns. */
export function keys(): FuzzTarget {
  const seed = JSON.stringify({ plant: { keys: [{ kty: 'oct', kid: '00000001', k: Buffer.alloc(32, 5).toString('base64url') }] } });
  return { seeds: [Buffer.from(seed)], words: JSON_WORDS, take: input => refusedOr(() => `${parseKeyRing(text(input), 'fuzz').size} key sets`, isTyped) };
}

/** Files of the corpus of a target. */
export function corpusOf(name: string): readonly { readonly file: string; readonly bytes: Uint8Array }[] {
  const folder = join(ROOT, 'test', 'sim', 'corpus', name);
  return existsSync(folder) ? readdirSync(folder).sort().map(file => ({ file, bytes: new Uint8Array(readFileSync(join(folder, file))) })) : [];
}
