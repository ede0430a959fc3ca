import { createGraph } from '../../engine/graph/create-graph';
import type { SinkBinding } from '../sink/sink-port';
import type { Deployment } from './deployment';
import type { Intake } from './intake';
import { bindingsOf, Pipeline, type PipelineOptions } from './pipeline';
import { Ticker } from './ticker';
import { openInference, type TimedInference } from './timed-inference';

export interface RunningOptions extends Omit<PipelineOptions, 'infer'> {
  readonly intake: Intake;
}

/** A deployed pipeline with its models and its idle ticks. */
export class RunningPipeline {
  private constructor(
    readonly deployment: Deployment,
    readonly pipeline: Pipeline,
    readonly inference: TimedInference,
    private readonly ticker: Ticker
  ) {}

  /** What the sinks of a deployment need, before it runs. */
  static bindings(deployment: Deployment): ReadonlyMap<string, SinkBinding> {
    return bindingsOf(deployment, createGraph(deployment.plan));
  }

  /** Opens the models; what it gives starts the pipeline where the store says, at once. */
  static async prepare(options: RunningOptions): Promise<PreparedPipeline> {
    const { env, deployment, intake } = options;
    const inference = await openInference(deployment.plan, deployment.models, env);
    return {
      dispose: () => inference.dispose(),
      start: () => {
        const pipeline = new Pipeline({ ...options, infer: inference.infer });
        const ticker = new Ticker({ env, plan: deployment.plan, messages: () => intake.messages, tick: () => intake.tick() });
        pipeline.start();
        ticker.start();
        return new RunningPipeline(deployment, pipeline, inference, ticker);
      }
    };
  }

  get words(): string {
    return `${this.deployment.pipeline} release ${this.deployment.release}`;
  }

  /** Takes no more inputs, runs what waits, writes the last checkpoint and ends. */
  async close(): Promise<void> {
    this.ticker.stop();
    await this.pipeline.close();
    await this.inference.dispose();
  }

  /** Ends at once; what waits is in the inbox. Resolves when nothing of it runs any more. */
  async abandon(): Promise<void> {
    this.ticker.stop();
    await this.pipeline.abandon();
    await this.inference.dispose();
  }
}

export interface PreparedPipeline {
  start(): RunningPipeline;
  /** Instead of `start`. */
  dispose(): Promise<void>;
}
