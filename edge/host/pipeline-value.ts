import { parsePlan } from '../../engine/plan/parse-plan';
import type { Plan } from '../../engine/plan/plan';

/** The Plan that `value` is or builds; null when it is no pipeline. Throws PlanError for a pipeline that does not fit. */
export function planOf(value: unknown): Plan | null {
  if (typeof value !== 'object' || value === null) return null;
  return 'littoralPlan' in value ? parsePlan(value) : null;
}
