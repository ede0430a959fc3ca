import type { Report } from '../../engine/api/host';
import { LittoralError } from '../../engine/error';
import type { Graph } from '../../engine/graph/graph-api';
import { parsePlan } from '../../engine/plan/parse-plan';
import type { Plan } from '../../engine/plan/plan';
import type { Connections } from '../connection/connections';
import type { Clock, Timer } from '../platform/clock';
import type { RunSnapshot, RunStart, StreamsEvent } from '../protocol';
import type { Recordings } from '../recording/recordings';
import { feedRecording } from './feed-recording';
import { feedConnections } from './feed-connections';
import type { Inference } from './inference';
import { Run } from './run';
import type { Sink } from './sink';

const ACTIVE_MAX = 32;
const KEPT_MAX = 64;

export interface RunsOptions {
  readonly connections: Connections;
  readonly recordings: Recordings;
  readonly clock: Clock;
  readonly emit: (event: StreamsEvent) => void;
  readonly createGraph: (plan: Plan) => Graph;
  /** Loads and checks the models against the plan. */
  readonly loadModels: (graph: Graph, plan: Plan, models: Readonly<Record<string, Uint8Array>>) => Promise<Inference>;
  readonly openSinks: (plan: Plan, graph: Graph, runId: string) => Promise<ReadonlyMap<string, Sink>>;
}

interface Entry {
  readonly run: Run;
  readonly start: RunStart;
}

/** The runs of this page, under way and ended. */
export class Runs {
  private readonly entries = new Map<string, Entry>();
  private count = 0;
  /** Tells the runs of this page from those that a saved notebook remembers. */
  private readonly page: string;

  constructor(private readonly options: RunsOptions) {
    this.page = options.clock.nowMs().toString(36);
  }

  async start(start: RunStart): Promise<string> {
    const active = [...this.entries.values()].filter(entry => !entry.run.ended);
    if (active.length >= ACTIVE_MAX) throw new LittoralError('RUN_LIMIT', `run "${start.plan.name}": ${ACTIVE_MAX} runs are already live. Stop one first.`);
    const plan = parsePlan(start.plan);
    const { clock, connections } = this.options;
    const graph = this.options.createGraph(plan);
    const sourceConnections = start.recording === undefined ? sourcesOf(plan).map(source => connections.get(brokerOf(source))) : [];
    // Running the cell is the user's word to connect; a failure names its layer.
    await Promise.all(sourceConnections.map(connection => connection.connect()));
    this.count += 1;
    const runId = `${plan.name}-${this.count}-${this.page}`;
    const sinks = start.publish ? await this.options.openSinks(plan, graph, runId) : new Map<string, Sink>();
    const inference = await this.options.loadModels(graph, plan, start.models);
    const run = new Run({
      runId,
      plan,
      graph,
      inference,
      sinks,
      clock,
      chart: start.chart,
      lagFrom: start.recording === undefined ? 'now' : 'arrival',
      reconnecting: () => sourceConnections.some(connection => !connection.connected),
      onChange: () => this.options.emit({ kind: 'runs' })
    });
    this.keep(runId, { run, start });
    run.begin();
    await this.feed(run, plan, start);
    return runId;
  }

  pause(runId: string, paused: boolean): void {
    this.entry(runId).run.pause(paused);
  }

  stop(runId: string): Promise<Report> {
    return this.entry(runId).run.stop();
  }

  done(runId: string): Promise<Report> {
    return this.entry(runId).run.done;
  }

  list(): readonly RunSnapshot[] {
    return [...this.entries.values()].map(entry => entry.run.snapshot());
  }

  startOf(runId: string): RunStart {
    return this.entry(runId).start;
  }

  watch(runId: string, port: MessagePort): void {
    const { run } = this.entry(runId);
    run.watchers.add(port);
    if (run.ended) run.watchers.end();
  }

  private async feed(run: Run, plan: Plan, start: RunStart): Promise<void> {
    const { clock, connections, recordings } = this.options;
    let limit: Timer | null = null;
    if (start.seconds !== undefined) limit = clock.after(start.seconds * 1_000, () => void run.stop());
    if (start.recording !== undefined) {
      const pieces = await recordings.read(start.recording.name);
      feedRecording(run, { pieces, speed: start.recording.speed, clock }).catch((error: unknown) => run.fail(error));
    } else {
      try {
        const feed = await feedConnections(run, { plan, connections, clock });
        run.done.finally(() => feed.close()).catch(() => undefined);
      } catch (error) {
        run.fail(error);
        throw error;
      }
    }
    run.done.finally(() => limit?.cancel()).catch(() => undefined);
  }

  private keep(runId: string, entry: Entry): void {
    this.entries.set(runId, entry);
    for (const [id, old] of this.entries) {
      if (this.entries.size <= KEPT_MAX) break;
      if (old.run.ended) this.entries.delete(id);
    }
  }

  private entry(runId: string): Entry {
    const entry = this.entries.get(runId);
    if (entry !== undefined) return entry;
    throw new LittoralError('UNKNOWN_RUN', `run "${runId}": no such run in this page; runs end with the page that started them. Run the cell again.`, { details: { runId } });
  }
}

function sourcesOf(plan: Plan): Extract<Plan['nodes'][number], { op: 'source' }>[] {
  return plan.nodes.filter(node => node.op === 'source');
}

/** The connection of a live source. Files and posted messages come in at the edge only. */
function brokerOf({ id, config }: Extract<Plan['nodes'][number], { op: 'source' }>): string {
  if (config.connector === 'mqtt') return config.connection;
  throw new LittoralError('EDGE_SOURCE', `source "${id}": it takes ${config.connector === 'file' ? 'files' : 'HTTP requests'}, which a page cannot; expected an MQTT source for a live run. Run it on a recording here, and live at the edge.`, { details: { source: id } });
}
