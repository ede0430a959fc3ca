import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Report, Run } from '../../engine/api/host';
import { LittoralError } from '../../engine/error';
import { refusePlaintext } from '../../engine/crypto/seal-batch';
import { createGraph } from '../../engine/graph/create-graph';
import { drive } from '../../engine/graph/drive';
import type { Graph, GraphInput, SinkEmission } from '../../engine/graph/graph-api';
import { RowCollector } from '../../engine/graph/replay';
import { checkModels } from '../../engine/model/check-models';
import type { RowPayload } from '../../engine/rows/row-payload';
import { rowPayload } from '../../engine/rows/row-payload';
import { prepareTopic } from '../../engine/rows/topic-template';
import { systemEnv } from '../env/system-env';
import { Publisher } from '../mqtt/publisher';
import { Ticker } from '../agent/ticker';
import { loadModels } from './inference';
import type { Inference } from './inference';
import { subscribeLive } from './live-subscription';
import type { LiveSubscription } from './live-subscription';
import type { Runnable } from './replay';

export interface LiveRunOptions {
  readonly url: string;
  readonly seconds?: number;
  readonly log: (line: string) => void;
}

const QUEUE_INPUTS_MAX = 100_000;
const STEP_INPUTS_MAX = 512;

/**
 * Runs a pipeline against a broker in this process, to try it: messages at QoS 0, nothing kept over a restart, MQTT sinks
 * published as they are, the rows of other sinks only counted. For anything that must not be lost there is the agent.
 */
export async function runLive(runnable: Runnable, options: LiveRunOptions): Promise<Run> {
  const graph = createGraph(runnable.plan);
  refusePlaintext(runnable.plan, graph.types);
  refuseEdgeSources(runnable.plan);
  const inference = await loadModels(checkModels(runnable.plan, graph.types, runnable.models));
  const run = new LiveRun(runnable, graph, inference, options);
  await run.start();
  return run;
}

function refuseEdgeSources({ name, nodes }: Runnable['plan']): void {
  const source = nodes.find(node => node.op === 'source' && node.config.connector !== 'mqtt');
  if (source?.op !== 'source') return;
  throw new LittoralError('EDGE_SOURCE', `run "${name}": source "${source.id}" takes ${source.config.connector === 'file' ? 'files' : 'HTTP requests'}, which only an agent does; expected MQTT sources. Replay a recording here, or run its bundle with \`littoral run … --connection ${source.config.connection}=…\`.`);
}

class LiveRun implements Run {
  readonly id = randomBytes(8).toString('hex');
  readonly done: Promise<Report>;
  private readonly collector = new RowCollector(0);
  private readonly publisher: Publisher;
  private readonly ticker: Ticker;
  private readonly topics = new Map<string, ReturnType<typeof prepareTopic>>();
  private readonly payloads = new Map<string, RowPayload>();
  private queue: GraphInput[] = [];
  private subscription: LiveSubscription | null = null;
  private timer: NodeJS.Timeout | null = null;
  private working: Promise<void> | null = null;
  private messages = 0;
  private dropped = 0;
  private stopping: Promise<Report> | null = null;
  private settle: (report: Report) => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(
    private readonly runnable: Runnable,
    private readonly graph: Graph,
    private readonly inference: Inference,
    private readonly options: LiveRunOptions
  ) {
    const { url, log } = options;
    this.done = new Promise((settle, fail) => {
      this.settle = settle;
      this.fail = fail;
    });
    this.done.catch(() => undefined);
    this.publisher = new Publisher({ env: systemEnv(), settings: { url }, clientId: `littoral-run-${this.id}`, log, onRefused: () => undefined, onRoom: () => undefined });
    this.ticker = new Ticker({ env: systemEnv(), plan: runnable.plan, messages: () => this.messages, tick: () => this.take({ kind: 'tick', arrivalTimeMs: Date.now() }) });
    for (const node of runnable.plan.nodes) {
      const schema = node.op === 'sink' ? graph.types.get(node.id)?.schema : undefined;
      if (node.op !== 'sink' || node.config.connector !== 'mqtt' || schema === undefined) continue;
      this.topics.set(node.id, prepareTopic(node.config.topic, schema));
      this.payloads.set(node.id, rowPayload(node.config.encoder, schema, node.config.compression === 'gzip' ? bytes => gzipSync(bytes) : undefined));
    }
  }

  async start(): Promise<void> {
    const { url, seconds, log } = this.options;
    const filters = this.runnable.plan.nodes.flatMap(node => (node.op === 'source' ? [node.config.topic] : []));
    this.publisher.start();
    try {
      this.subscription = await subscribeLive({ url, filters, log, onMessage: message => this.take({ kind: 'message', ...message }) });
    } catch (error) {
      await this.release();
      throw error;
    }
    this.ticker.start();
    if (seconds !== undefined) this.timer = setTimeout(() => void this.stop(), seconds * 1_000);
  }

  stop(): Promise<Report> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private async end(): Promise<Report> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.ticker.stop();
    await this.subscription?.close();
    await this.working;
    await this.release();
    if (this.dropped > 0) this.options.log(`run "${this.runnable.plan.name}": ${this.dropped} messages came faster than they could be taken and were left out.`);
    const report = this.collector.report(this.graph);
    this.settle(report);
    return report;
  }

  private take(input: GraphInput): void {
    if (this.stopping !== null) return;
    if (input.kind === 'message') this.messages++;
    if (this.queue.length >= QUEUE_INPUTS_MAX) this.dropped++;
    else this.queue.push(input);
    this.working ??= this.work().catch((error: unknown) => this.crash(error));
  }

  private async work(): Promise<void> {
    while (this.queue.length > 0) {
      const inputs = this.queue.slice(0, STEP_INPUTS_MAX);
      this.queue = this.queue.slice(STEP_INPUTS_MAX);
      const result = await drive(this.graph, inputs, this.inference.infer);
      this.collector.take(result);
      for (const emission of result.emissions) this.publish(emission);
      await new Promise(done => setImmediate(done));
    }
    this.working = null;
  }

  private publish({ sink, batch }: SinkEmission): void {
    const { config } = sink;
    const topicOf = this.topics.get(sink.id);
    const payloadOf = this.payloads.get(sink.id);
    if (config.connector !== 'mqtt' || topicOf === undefined || payloadOf === undefined) return;
    for (let row = 0; row < batch.rowCount; row++) {
      this.publisher.publish({ topic: topicOf(batch, row), payload: payloadOf(batch, row), qos: config.qos, retain: config.retain, effectId: `${this.id}/${config.name}/${batch.at[row] ?? 0}/${row}` }, () => undefined);
    }
  }

  private async crash(error: unknown): Promise<void> {
    this.fail(error);
    this.ticker.stop();
    await this.subscription?.close();
    await this.release();
  }

  private async release(): Promise<void> {
    await this.publisher.stop();
    await this.inference.dispose();
  }
}
