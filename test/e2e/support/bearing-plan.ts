import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plant } from '../../../edge/plant/plant';
import type { Plan } from '../../../engine/plan/plan';

const root = join(import.meta.dirname, '../../..');

/** The pipeline of the second lesson as a Plan: windowed features of a vibration signal, a model, two sinks. */
export function bearingPlan(options: { readonly idleTimeoutMs?: number | null; readonly scoreMin?: number; readonly table?: string } = {}): Plan {
  const { idleTimeoutMs = null, scoreMin = 0.8, table = 'vibration' } = options;
  return {
    littoralPlan: 1,
    name: 'bearing-watch',
    nodes: [
      {
        id: 'source',
        op: 'source',
        config: {
          connector: 'mqtt',
          topic: 'plant/+/vibration',
          connection: 'plant',
          decoder: { format: 'json' },
          schema: {
            fields: [
              { name: 'device', type: 'utf8', nullable: false },
              { name: 'tMs', type: 'timestampMs', nullable: false },
              { name: 'seq', type: 'int64', nullable: false },
              { name: 'x', type: { list: 'float64' }, nullable: false }
            ]
          },
          eventTime: 'tMs',
          maxOutOfOrdernessMs: 100,
          maxFutureSkewMs: 60_000,
          idleTimeoutMs,
          watermarkPer: 'source'
        }
      },
      { id: 'key', op: 'keyBy', input: 'source', config: { columns: ['device'] } },
      {
        id: 'window',
        op: 'window',
        input: 'key',
        config: {
          window: { kind: 'tumbling', sizeMs: 1_000, offsetMs: 0 },
          aggregates: [
            { name: 'n', fn: 'count' },
            { name: 'mean', fn: 'mean', column: 'x' },
            { name: 'rms', fn: 'rms', column: 'x' },
            { name: 'peakHz', fn: 'welchPeak', column: 'x', options: { sampleHz: 1_000 } }
          ],
          allowedLatenessMs: 0,
          latePolicy: 'drop',
          emit: 'onClose'
        }
      },
      {
        id: 'predict',
        op: 'predict',
        input: 'window',
        config: { model: 'bearing.onnx', inputs: { features: ['rms', 'peakHz'] }, outputs: { score: { column: 'score', type: 'float32' } }, onError: 'deadLetter' }
      },
      { id: 'lake', op: 'sink', input: 'predict', config: { connector: 'lake', name: 'vibration', table, partitionBy: ['day', 'device'] } },
      {
        id: 'alert',
        op: 'filter',
        input: 'predict',
        config: { predicate: { kind: 'binary', op: '>', left: { kind: 'column', name: 'score' }, right: { kind: 'literal', value: scoreMin, type: 'float64' } } }
      },
      { id: 'publish', op: 'sink', input: 'alert', config: { connector: 'mqtt', name: 'alerts', topic: 'alerts/{device}', connection: 'plant', qos: 1, retain: false } }
    ]
  };
}

export function bearingModels(): Readonly<Record<string, Uint8Array>> {
  return { 'bearing.onnx': new Uint8Array(readFileSync(join(root, 'notebooks/bearing.onnx'))) };
}

/** What the plant sends in `seconds` of simulated time, as the text of a recording; the same for the same seed. */
export function plantRecording(options: { readonly seed: number; readonly seconds: number; readonly startMs?: number }): string {
  const { startMs = 1_700_000_000_000 } = options;
  const plant = new Plant({ seed: options.seed, startMs });
  return plant
    .advance(startMs + options.seconds * 1_000)
    .map(({ arrivalTimeMs, topic, payload, retain }) => `{"arrivalTimeMs":${Math.round(arrivalTimeMs)},"topic":${JSON.stringify(topic)},"payload":${payload}${retain ? ',"retain":true' : ''}}\n`)
    .join('');
}
