import { createGraph } from '../../engine/graph/create-graph';
import { parsePlan } from '../../engine/plan/parse-plan';
import { rowsOut } from '../../engine/rows/rows-out';
import { Plant, trueSeverity } from './plant';

/** One second of one bearing: the engine's features and the simulation's truth at the middle of the second. */
export interface BearingFeatures {
  readonly device: string;
  readonly second: number;
  readonly rms: number;
  readonly peakHz: number;
  readonly severity: number;
}

const featurePlan = {
  littoralPlan: 1,
  name: 'bearing-features',
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
            { name: 'x', type: { list: 'float64' }, nullable: false }
          ]
        },
        eventTime: 'tMs',
        maxOutOfOrdernessMs: 1_500,
        maxFutureSkewMs: 60_000,
        idleTimeoutMs: null,
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
          { name: 'rms', fn: 'rms', column: 'x' },
          { name: 'peakHz', fn: 'welchPeak', column: 'x', options: { sampleHz: 1_000 } }
        ],
        allowedLatenessMs: 0,
        latePolicy: 'drop',
        emit: 'onClose'
      }
    },
    { id: 'sink', op: 'sink', input: 'window', config: { connector: 'mqtt', name: 'features', topic: 'features', connection: 'plant', qos: 0, retain: false } }
  ]
};

/** Runs the simulated plant through the engine, so that a model is trained on the features that it will get. */
export function bearingFeatures(options: { readonly seed: number; readonly seconds: number }): BearingFeatures[] {
  const startMs = 1_760_000_000_000;
  const plant = new Plant({ seed: options.seed, startMs });
  const graph = createGraph(parsePlan(featurePlan));
  const encoder = new TextEncoder();
  const features: BearingFeatures[] = [];
  const collect = (): void => {
    for (const { row } of graph.take().emissions.flatMap(rowsOut)) {
      const device = String(row['device']);
      const elapsedMs = Number(row['windowStartMs']) - startMs;
      features.push({ device, second: elapsedMs / 1_000, rms: Number(row['rms']), peakHz: Number(row['peakHz']), severity: trueSeverity(device, elapsedMs + 500) });
    }
  };
  for (let elapsedMs = 1_000; elapsedMs <= options.seconds * 1_000; elapsedMs += 1_000) {
    const messages = plant.advance(startMs + elapsedMs).filter(message => message.topic.endsWith('/vibration'));
    graph.push(messages.map(message => ({ kind: 'message', arrivalTimeMs: message.arrivalTimeMs, topic: message.topic, payload: encoder.encode(message.payload) })));
    collect();
  }
  graph.push([{ kind: 'end' }]);
  collect();
  return features;
}
