import { isPipeline } from '../../engine/api/littoral';
import { parsePlan } from '../../engine/plan/parse-plan';
import type { Plan } from '../../engine/plan/plan';

/** The Plan of a pipeline, or of a value that has the form of a Plan; null when it is neither. Throws PlanError when it does not fit. */
export function planOf(value: unknown): Plan | null {
  if (isPipeline(value)) return parsePlan(JSON.parse(JSON.stringify(value.toPlan())));
  return typeof value === 'object' && value !== null && 'littoralPlan' in value ? parsePlan(value) : null;
}
