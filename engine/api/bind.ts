import { given } from './given';
import type { PipelineHost, RecordingRef, RecordOptions, ReplayResult } from './host';
import { PlanBuilder } from './plan-builder';
import type { Source } from './source';
import type { Pipeline, PipelineOptions, PipelineStart } from './stages';
import { StreamBuilder } from './stream-builder';

/** The part of the module 'littoral' that needs a place to run pipelines. */
export interface BoundLittoral {
  pipeline(name: string, options?: PipelineOptions): PipelineStart;
  record(topic: string, options: RecordOptions): Promise<RecordingRef>;
  replay(pipeline: Pipeline, recording: RecordingRef): Promise<ReplayResult>;
}

/** `pipeline`, `record` and `replay` for `host`. The module 'littoral' of a host is `{ ...littoral, ...bindLittoral(host) }`. */
export function bindLittoral(host: PipelineHost): BoundLittoral {
  return {
    pipeline: (name, options = {}) => typed(new StartBuilder(PlanBuilder.start(name, options), host)),
    record: (topic, options) => host.record(topic, options),
    replay: (pipeline, recording) => host.replay(pipeline.toPlan(), recording)
  };
}

class StartBuilder {
  constructor(
    private readonly plan: PlanBuilder,
    private readonly host: PipelineHost
  ) {}

  from(source: Source<never>): StreamBuilder {
    given(source, 'from', "a source, e.g. from(mqtt('plant/+/vibration', { … }))");
    return new StreamBuilder(this.plan.add({ op: 'source', config: source.config }, 'source', `mqtt("${source.config.topic}")`), this.host);
  }
}

/** The builders at run time, as the types of `stages.ts` describe them: those exist for the compiler alone. */
function typed(start: StartBuilder): PipelineStart {
  return start as unknown as PipelineStart;
}
