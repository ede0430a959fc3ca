import type { RunningPipeline } from './running-pipeline';

interface Course {
  readonly value: number;
  readonly sinceMs: number;
}

/** Notices what stands still: sources that bring nothing, an engine that does not get on although inputs wait. Times of a clock that never goes back. */
export class Standstill {
  private readonly sources = new Map<string, Course>();
  private engine: Course | null = null;
  private of: RunningPipeline | null = null;

  observe(timeMs: number, running: RunningPipeline): void {
    if (this.of !== running) {
      this.of = running;
      this.sources.clear();
      this.engine = null;
    }
    const { nodes } = running.pipeline.graph.metrics();
    for (const { id, op } of running.deployment.plan.nodes) {
      if (op !== 'source') continue;
      const metrics = nodes.get(id);
      this.sources.set(id, course(this.sources.get(id), timeMs, (metrics?.rowsIn ?? 0) + (metrics?.deadLetters ?? 0)));
    }
    const { backlog, processedSeq } = running.pipeline;
    this.engine = backlog === 0 ? null : course(this.engine ?? undefined, timeMs, processedSeq);
  }

  /** How long `source` has brought nothing, ms; null before it was looked at. */
  silentMs(source: string, timeMs: number): number | null {
    const seen = this.sources.get(source);
    return seen === undefined ? null : timeMs - seen.sinceMs;
  }

  /** How long inputs have waited without the engine getting on, ms. */
  stalledMs(timeMs: number): number {
    return this.engine === null ? 0 : timeMs - this.engine.sinceMs;
  }
}

function course(before: Course | undefined, timeMs: number, value: number): Course {
  return before !== undefined && before.value === value ? before : { value, sinceMs: timeMs };
}
