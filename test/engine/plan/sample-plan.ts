/** A Plan as plain JSON with one node of every operator; every call gives a fresh copy that a test may spoil. */
export function samplePlan(): SamplePlan {
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
              { name: 'tMs', type: 'timestampMs', nullable: false },
              { name: 'device', type: 'utf8', nullable: false },
              { name: 'x', type: { list: 'float64', size: 100 }, nullable: false, unit: 'm/s²' },
              { name: 'load', type: 'float64', nullable: true }
            ]
          },
          eventTime: 'tMs',
          topicColumns: { device: 1 },
          maxOutOfOrdernessMs: 1500,
          maxFutureSkewMs: 60000,
          idleTimeoutMs: null,
          watermarkPer: 'source'
        }
      },
      { id: 'keyBy', op: 'keyBy', input: 'source', config: { columns: ['device'] } },
      {
        id: 'window',
        op: 'window',
        input: 'keyBy',
        config: {
          window: { kind: 'tumbling', sizeMs: 1000, offsetMs: 0 },
          aggregates: [
            { name: 'n', fn: 'count' },
            { name: 'm', fn: 'mean', column: 'x' },
            { name: 'score', fn: 'max', column: 'load', options: {} }
          ],
          allowedLatenessMs: 0,
          latePolicy: 'drop',
          emit: 'onClose'
        }
      },
      { id: 'predict', op: 'predict', input: 'window', config: { model: 'bearing.onnx', inputs: { features: ['m', 'score'] }, outputs: { out: { column: 'anomaly', type: 'float32' } }, onError: 'deadLetter' } },
      { id: 'lake', op: 'sink', input: 'predict', config: { connector: 'lake', name: 'vibration', table: 'vibration', partitionBy: ['day', 'device'] } },
      { id: 'filter', op: 'filter', input: 'predict', config: { predicate: { kind: 'binary', op: '>', left: { kind: 'column', name: 'anomaly', offset: 5 }, right: { kind: 'literal', value: 0.8, type: 'float64' } } } },
      { id: 'select', op: 'select', input: 'filter', config: { columns: [{ name: 'a', expression: { kind: 'call', fn: 'abs', args: [{ kind: 'column', name: 'anomaly' }], offset: 3 } }] } },
      { id: 'alerts', op: 'sink', input: 'select', config: { connector: 'mqtt', name: 'alerts', topic: 'alerts/{device}', connection: 'plant', qos: 1, retain: false } }
    ],
    delivery: 'exactlyOnceEffects',
    slo: { p99LatencyMs: 200, lateShareMax: 0.01 }
  };
}

export interface SampleNode {
  id: unknown;
  op: unknown;
  input?: unknown;
  config: Record<string, unknown>;
  [other: string]: unknown;
}
export interface SamplePlan {
  littoralPlan: unknown;
  name: unknown;
  nodes: SampleNode[];
  [other: string]: unknown;
}

/** The node of `plan` called `id`. */
export function nodeOf(plan: SamplePlan, id: string): SampleNode {
  const node = plan.nodes.find(each => each.id === id);
  if (node === undefined) throw new Error(`no node ${id}`);
  return node;
}
