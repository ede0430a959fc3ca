import { carryState } from '../../../engine/graph/carry-state';
import { createGraph } from '../../../engine/graph/create-graph';
import { drive } from '../../../engine/graph/drive';
import type { Graph, GraphInput, SinkEmission } from '../../../engine/graph/graph-api';
import type { Plan } from '../../../engine/plan/plan';
import { rowPayload } from '../../../engine/rows/row-payload';
import { prepareTopic } from '../../../engine/rows/topic-template';
import { PIPELINE } from './releases';

/** A release became active; it sees the inputs from number `fromSeq` on. A smaller release than before has come back. */
export interface Segment {
  readonly release: number;
  readonly plan: Plan;
  readonly fromSeq: number;
}

export interface ExpectedEffect {
  readonly topic: string;
  readonly payload: Buffer;
  /** Of a release that was given up: it had done the first of them, nobody knows how many. */
  readonly optional: boolean;
}

/** What the releases must have done with the inputs on disk: a computation without faults over the same log. */
export interface Expected {
  /** By id of the effect, those of one sink in order. */
  readonly effects: ReadonlyMap<string, ExpectedEffect>;
  /** Of the last release. */
  readonly graph: Graph;
  readonly deadLetters: number;
}

const DEAD_LETTERS = '#deadLetters';

/** A release at one input: its state, and how many effects it had given. */
interface Standing {
  readonly snapshot: Uint8Array;
  readonly counts: ReadonlyMap<string, number>;
}

export async function recompute(log: readonly GraphInput[], segments: readonly Segment[]): Promise<Expected> {
  const effects = new Map<string, ExpectedEffect>();
  const standings = new Map<string, Standing>();
  let before: { readonly segment: Segment; readonly graph: Graph; readonly counts: ReadonlyMap<string, number> } | null = null;
  for (const [index, segment] of segments.entries()) {
    const { plan, release, fromSeq } = segment;
    const next = segments[index + 1];
    const givenUp = next !== undefined && next.release < release;
    const graph = createGraph(plan);
    const counts = new Map<string, number>();
    const start: Standing | null = before === null ? null : before.segment.release > release ? (standings.get(`${release} ${fromSeq}`) ?? null) : inherited(before, segment);
    if (before !== null && before.segment.release > release && start === null) throw new Error(`release ${release} comes back at input ${fromSeq}, where it never ended`);
    if (start !== null) {
      graph.restore(start.snapshot);
      for (const [name, count] of start.counts) counts.set(name, count);
    }
    const untilSeq = next === undefined || givenUp ? log.length : next.fromSeq;
    const { emissions, deadLetters } = await drive(graph, log.slice(fromSeq, untilSeq), () => Promise.reject(new Error('the plan has no model')));
    counts.set(DEAD_LETTERS, (counts.get(DEAD_LETTERS) ?? 0) + deadLetters.length);
    for (const emission of emissions) give({ emission, graph, release, counts, effects, optional: givenUp });
    standings.set(`${release} ${untilSeq}`, { snapshot: graph.snapshot(), counts: new Map(counts) });
    before = { segment, graph, counts };
  }
  if (before === null) throw new Error('no release was ever active');
  return { effects, graph: before.graph, deadLetters: before.counts.get(DEAD_LETTERS) ?? 0 };
}

function inherited(before: { readonly segment: Segment; readonly graph: Graph; readonly counts: ReadonlyMap<string, number> }, segment: Segment): Standing | null {
  const { snapshot } = carryState(before.graph.snapshot(), before.segment.plan, segment.plan);
  return snapshot === null ? null : { snapshot, counts: before.counts };
}

function give({ emission, graph, release, counts, effects, optional }: { readonly emission: SinkEmission; readonly graph: Graph; readonly release: number; readonly counts: Map<string, number>; readonly effects: Map<string, ExpectedEffect>; readonly optional: boolean }): void {
  const { sink, batch } = emission;
  const { config } = sink;
  const schema = graph.types.get(sink.id)?.schema;
  if (config.connector !== 'mqtt' || schema === undefined) throw new Error(`sink ${config.name} is none of MQTT`);
  const topicOf = prepareTopic(config.topic, schema);
  const payloadOf = rowPayload(config.encoder, schema);
  let count = counts.get(config.name) ?? 0;
  for (let row = 0; row < batch.rowCount; row++) effects.set(`${PIPELINE}/${release}/${config.name}/${count++}`, { topic: topicOf(batch, row), payload: Buffer.from(payloadOf(batch, row)), optional });
  counts.set(config.name, count);
}
