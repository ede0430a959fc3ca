import type { Plan } from '../../engine/plan/plan';

/** A bundle that has been verified: what the agent runs. */
export interface Deployment {
  readonly pipeline: string;
  readonly release: number;
  /** SHA-256 of the bundle file; names its folder in the store. */
  readonly sha256: string;
  readonly plan: Plan;
  readonly models: Readonly<Record<string, Uint8Array>>;
}
