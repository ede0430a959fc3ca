import { PlanError } from '../error';
import { parseExpression } from '../expression/parse';
import type { Parameters as ExpressionParameters } from '../expression/parse';
import { configParsers } from '../plan/parse-config';
import { operatorSpecs } from '../operator/registry';
import { aggregatesJson } from './aggregate-json';
import type { Aggregate } from './aggregates';
import { FinishedPipeline, isPipeline } from './finished-pipeline';
import { given } from './given';
import type { PipelineHost } from './host';
import type { PlanBuilder } from './plan-builder';
import type { Sink } from './sinks';
import type { Plan, PlanNode } from '../plan/plan';
import type { Schema } from '../schema/schema';
import { withDefaults } from './spec-defaults';
import { shapingSteps } from './steps/shaping-steps';
import { signalSteps } from './steps/signal-steps';
import { statefulSteps } from './steps/stateful-steps';
import { streamsSteps } from './steps/streams-steps';
import type { Row } from './row-types';
import type { LateBranch, ModelOutputs, Pipeline, PredictOptions } from './stages';
import type { Window, WindowOptions } from './windows';

/** Fields of a sink that have defaults, by connector. */
const SINK_DEFAULTS: Readonly<Record<string, readonly string[]>> = { mqtt: ['qos', 'retain'], http: ['method'], statsd: ['gauges', 'counters', 'timings', 'tags'], lake: ['partitionBy'] };

type RowFunction = (...args: never[]) => unknown;
type NodeToPlace = Parameters<PlanBuilder['add']>[0];

/** What every step of rows can do; `stages.ts` gives it types that know the columns. */
export class StreamBuilder {
  constructor(
    readonly plan: PlanBuilder,
    private readonly host: PipelineHost
  ) {}

  /** The rows after a step with `config`, read strictly; `wish` becomes its id if that is free. */
  step<Op extends Exclude<PlanNode['op'], 'source' | 'sink'>>(op: Op, config: Readonly<Record<string, unknown>>, subject: string = op): StreamBuilder {
    return this.with(this.plan.add(nodeOf(op, config, subject), op, subject));
  }

  /** The rows after a step on these rows and those of `others`. */
  stepOnto<Op extends Exclude<PlanNode['op'], 'source' | 'sink'>>(others: readonly StreamBuilder[], op: Op, config: Readonly<Record<string, unknown>>, subject: string = op): StreamBuilder {
    return this.with(this.plan.addOnto(others.map(other => other.plan), nodeOf(op, config, subject), op, subject));
  }

  /** The rows of side output `name` of the step before. */
  sideOutput(name: string): StreamBuilder {
    return this.with(this.plan.side(name));
  }

  /** The dead letters of all steps so far, as rows. */
  letters(): StreamBuilder {
    return this.with(this.plan.letters());
  }

  filter(condition: RowFunction, parameters?: ExpressionParameters): StreamBuilder {
    const predicate = this.expression(condition, 'filter', parameters);
    return this.with(this.plan.add({ op: 'filter', config: { predicate } }, 'filter', 'filter'));
  }

  select(columns: Readonly<Record<string, RowFunction>>, parameters?: ExpressionParameters): StreamBuilder {
    const config = { columns: Object.entries(given(columns, 'select', 'computed columns, e.g. { g: r => r.mv / 9.81 }')).map(([name, compute]) => ({ name, expression: this.expression(compute, `select.${name}`, parameters) })) };
    return this.with(this.plan.add({ op: 'select', config: configParsers.select(config, 'select') }, 'select', 'select'));
  }

  keyBy(...columns: readonly string[]): StreamBuilder {
    return this.with(this.plan.add({ op: 'keyBy', config: configParsers.keyBy({ columns }, 'keyBy') }, 'keyBy', 'keyBy'));
  }

  window(window: Window, options: WindowOptions = {}): WindowBuilder {
    given(window, 'window', 'a window, e.g. tumbling({ sizeMs: 1_000 })');
    return new WindowBuilder(this.plan, this.host, window, options);
  }

  predict(model: string, options: PredictOptions<Row, ModelOutputs>): StreamBuilder {
    const subject = `predict("${model}")`;
    given(options, subject, "{ inputs, outputs }, e.g. { inputs: { features: ['rms'] }, outputs: { score: 'score' } }");
    const outputs = outputsOf(options.outputs, subject);
    const shadow = options.shadow === undefined ? {} : { shadow: { ...options.shadow, ...(options.shadow.outputs === undefined ? {} : { outputs: outputsOf(options.shadow.outputs, `${subject}.shadow`) }) } };
    const onError = options.onError ?? (options.fallback === undefined ? undefined : 'fallback');
    return this.step('predict', { ...options, onError, ...shadow, model, outputs }, subject);
  }

  branch(steps: (rows: StreamBuilder) => Pipeline): StreamBuilder {
    return this.with(this.plan.join(branchPlan(steps, this, 'branch')));
  }

  to(sink: Sink<string>): Pipeline {
    given(sink, 'to', "a sink, e.g. to(publish('alerts/{device}')) or to(lake('alerts'))");
    const connector = String(sink.config['connector']);
    const settings = connector === 'mqtt' ? { ...sink.config, connection: sink.config['connection'] ?? this.plan.connection } : sink.config;
    const config = configParsers.sink(withDefaults(operatorSpecs.sink, settings, SINK_DEFAULTS[connector] ?? []), `sink "${String(sink.config['name'])}"`);
    this.plan.refuseTakenSink(config.name);
    return new FinishedPipeline(this.plan.add({ op: 'sink', config }, config.name, `sink "${config.name}"`).build(), this.host);
  }

  /** The Plan's form of the function `text`, over the columns of `schema`. */
  expression(text: RowFunction, subject: string, parameters?: ExpressionParameters, schema: Schema = this.plan.type.schema): ReturnType<typeof parseExpression> {
    if (typeof text !== 'function') throw new PlanError('EXPRESSION_REFUSED', `${subject}: got ${text === null ? 'null' : `a ${typeof text}`}; expected an arrow function, e.g. r => r.x > 0.8.`, { details: { path: subject } });
    return parseExpression(Function.prototype.toString.call(text), { schema, subject, ...(parameters === undefined ? {} : { parameters }) });
  }

  private with(plan: PlanBuilder): StreamBuilder {
    return new StreamBuilder(plan, this.host);
  }
}

function outputsOf(outputs: ModelOutputs, subject: string): Readonly<Record<string, unknown>> {
  const known = given(outputs, `${subject}.outputs`, "the model's outputs, e.g. { score: 'score' }");
  return Object.fromEntries(Object.entries(known).map(([tensor, output]) => [tensor, typeof output === 'string' ? { column: output, type: 'float32' } : output]));
}

function nodeOf<Op extends PlanNode['op']>(op: Op, config: Readonly<Record<string, unknown>>, subject: string): NodeToPlace {
  return { op, config: configParsers[op](withDefaults(operatorSpecs[op], config), subject) } as NodeToPlace;
}

Object.assign(StreamBuilder.prototype, shapingSteps, statefulSteps, streamsSteps, signalSteps);

/** Windows that wait for their aggregates. */
export class WindowBuilder {
  constructor(
    private readonly plan: PlanBuilder,
    private readonly host: PipelineHost,
    private readonly window: Window,
    private readonly options: WindowOptions
  ) {}

  aggregate(aggregates: Readonly<Record<string, Aggregate<string>>>, branches?: LateBranch<StreamBuilder>): StreamBuilder {
    const settings = {
      ...this.options,
      window: this.window.spec,
      aggregates: aggregatesJson(given(aggregates, 'aggregate', "aggregates by name, e.g. { n: count(), mean: mean('x') }"), 'aggregate')
    };
    const config = configParsers.window(withDefaults(operatorSpecs.window, settings), 'window');
    const windowed = new StreamBuilder(this.plan.add({ op: 'window', config }, 'window', 'window'), this.host);
    if (config.latePolicy !== 'sideOutput') {
      if (branches === undefined) return windowed;
      throw new PlanError('PLAN_BRANCH', `aggregate: it got a branch for late rows, but latePolicy is '${config.latePolicy}'. Write .window(…, { latePolicy: 'sideOutput' }).`, { details: { path: 'late' } });
    }
    const { late } = given<Partial<LateBranch<StreamBuilder>>>(branches ?? {}, 'aggregate', "the branch of the late rows, e.g. { late: rows => rows.to(lake('late')) }");
    return new StreamBuilder(windowed.plan.join(branchPlan(late, windowed.sideOutput('late'), 'late')), this.host);
  }
}

/** The Plan of a branch that `steps` makes of `rows`. */
function branchPlan(steps: ((rows: StreamBuilder) => Pipeline) | undefined, rows: StreamBuilder, name: string): Plan {
  if (typeof steps !== 'function') throw new PlanError('PLAN_BRANCH', `${name}: got ${steps === undefined ? 'nothing' : `a ${typeof steps}`}; expected a function. Write ${name === 'branch' ? '.branch(rows => rows.to(…))' : '{ late: rows => rows.to(…) }'}.`, { details: { path: name } });
  const branch: unknown = steps(rows);
  if (!isPipeline(branch)) throw new PlanError('PLAN_BRANCH', `${name}: its function gave back no complete pipeline; expected rows that end in a sink. Write ${name === 'branch' ? '.branch(rows => rows.to(…))' : '{ late: rows => rows.to(…) }'}.`, { details: { path: name } });
  return branch.toPlan();
}
