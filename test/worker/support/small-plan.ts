import type { Plan } from '../../../engine/plan/plan';

/** One second windows over a number per device, published. */
export function smallPlan(options: { readonly idleTimeoutMs?: number | null; readonly slo?: Plan['slo'] } = {}): Plan {
  return {
    littoralPlan: 1,
    name: 'small',
    nodes: [
      {
        id: 'source',
        op: 'source',
        config: {
          connector: 'mqtt',
          topic: 'plant/+',
          connection: 'plant',
          decoder: { format: 'json' },
          schema: { fields: [{ name: 'device', type: 'utf8', nullable: false }, { name: 'tMs', type: 'timestampMs', nullable: false }, { name: 'value', type: 'float64', nullable: true }] },
          eventTime: 'tMs',
          maxOutOfOrdernessMs: 0,
          maxFutureSkewMs: 60_000,
          idleTimeoutMs: options.idleTimeoutMs ?? null,
          watermarkPer: options.idleTimeoutMs == null ? 'source' : 'topic'
        }
      },
      { id: 'key', op: 'keyBy', input: 'source', config: { columns: ['device'] } },
      {
        id: 'window',
        op: 'window',
        input: 'key',
        config: { window: { kind: 'tumbling', sizeMs: 1_000, offsetMs: 0 }, aggregates: [{ name: 'n', fn: 'count' }, { name: 'mean', fn: 'mean', column: 'value' }], allowedLatenessMs: 0, latePolicy: 'drop', emit: 'onClose' }
      },
      { id: 'out', op: 'sink', input: 'window', config: { connector: 'mqtt', name: 'out', topic: 'out/{device}', connection: 'plant', qos: 0, retain: false } }
    ],
    ...(options.slo === undefined ? {} : { slo: options.slo })
  };
}
