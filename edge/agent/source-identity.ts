import { canonicalJson } from '../../engine/plan/canonical-json';
import type { SourceConfig, SourceNode } from '../../engine/plan/plan';
import type { Deployment } from './deployment';

/** What is done with messages once they are taken in; a change of it needs no new subscription. */
const OF_THE_ENGINE = ['decoder', 'schema', 'eventTime', 'topicColumns', 'arrivalTimeColumn', 'maxOutOfOrdernessMs', 'maxFutureSkewMs', 'idleTimeoutMs', 'watermarkPer', 'sequence'] as const;

/** Equal texts: the source takes in the same messages in the same way, so a new release may go on with what is connected. */
export function sourceIdentity({ pipeline, plan }: Pick<Deployment, 'pipeline' | 'plan'>, { id, config }: SourceNode): string {
  const transport = Object.entries(config satisfies SourceConfig).filter(([name]) => !OF_THE_ENGINE.some(own => own === name));
  return canonicalJson({ pipeline, id, delivery: plan.delivery ?? null, ...Object.fromEntries(transport) });
}
