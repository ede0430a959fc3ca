import type { SinkEmission } from '../../engine/graph/graph-api';

/** Carries out what one sink of a plan emits. A rejected `write` is shown in the run; the run goes on. */
export interface Sink {
  write(emission: SinkEmission): Promise<void>;
  /** Everything taken so far is where it belongs afterwards. */
  close(): Promise<void>;
}
