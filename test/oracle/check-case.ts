import { isDeepStrictEqual } from 'node:util';
import { createGraph } from '../../engine/graph/create-graph';
import type { Graph, GraphInput } from '../../engine/graph/graph-api';
import type { Plan } from '../../engine/plan/plan';
import type { Collected, OutRow } from '../support/graph-runs';
import { collect, collected, pushAll } from '../support/graph-runs';
import type { NaiveRow } from './naive-pipeline';
import { naivePipeline } from './naive-pipeline';
import { Random } from './random';
import { randomInputs } from './random-inputs';
import { randomPlan } from './random-plan';

/** A case is its seed. */
export interface Case {
  readonly seed: number;
  readonly plan: Plan;
  readonly inputs: readonly GraphInput[];
}
/** What is wrong with a case, in words, with the smallest stream that still shows it. */
export interface Finding {
  readonly seed: number;
  readonly law: string;
  readonly problem: string;
  readonly plan: Plan;
  readonly inputs: readonly GraphInput[];
}

/** Relative; what is exact comes out exact far below it. */
const TOLERANCE = 1e-9;

export function caseOf(seed: number): Case {
  const random = new Random(seed);
  return { seed, plan: randomPlan(random), inputs: randomInputs(random) };
}

/** Checks the engine against the oracle and its laws on one random plan and stream; null when all holds. */
export function checkCase(seed: number): Finding | null {
  const { plan, inputs } = caseOf(seed);
  const found = brokenLaw(seed, plan, inputs);
  if (found === null) return null;
  const smallest = shrink(inputs, fewer => brokenLaw(seed, plan, fewer)?.law === found.law);
  return { seed, plan, inputs: smallest, ...(brokenLaw(seed, plan, smallest) ?? found) };
}

function brokenLaw(seed: number, plan: Plan, inputs: readonly GraphInput[]): { law: string; problem: string } | null {
  const random = new Random(seed + 1);
  try {
    const graph = createGraph(plan);
    const whole = pushAll(graph, inputs);
    const wanted = naivePipeline(plan, inputs);
    const rows = firstDifference(whole.rows, wanted.rows);
    if (rows !== null) return { law: 'the engine gives the rows of the oracle', problem: rows };
    const counts = countsDifference(graph, wanted.losses);
    if (counts !== null) return { law: 'the engine counts what the oracle counts', problem: counts };
    const cuts = Array.from({ length: 30 }, () => random.int(1, 12));
    if (!isDeepStrictEqual(pushAll(createGraph(plan), inputs, cuts), whole)) return { law: 'how the inputs are cut into pushes changes nothing', problem: `cuts ${cuts.join(' ')}` };
    const stops = Array.from({ length: 10 }, () => random.int(4, 40));
    if (!isDeepStrictEqual(restoredRun(plan, inputs, stops), whole)) return { law: 'snapshot, restore and continue is the same as never having stopped', problem: `cuts ${stops.join(' ')}` };
  } catch (error) {
    return { law: 'nothing fails', problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  return null;
}

function restoredRun(plan: Plan, inputs: readonly GraphInput[], cuts: readonly number[]): Collected {
  const seen = collected();
  let graph = createGraph(plan);
  let from = 0;
  for (const count of [...cuts, inputs.length]) {
    if (from >= inputs.length) break;
    graph.push(inputs.slice(from, from + count));
    from += count;
    collect(graph.take(), seen);
    const snapshot = graph.snapshot();
    graph = createGraph(plan);
    graph.restore(snapshot);
    if (!isDeepStrictEqual(graph.snapshot(), snapshot)) throw new Error('a restored graph gives another snapshot');
  }
  return seen;
}

function countsDifference(graph: Graph, losses: ReturnType<typeof naivePipeline>['losses']): string | null {
  const { totals, nodes } = graph.metrics();
  if (totals.conservationError !== 0) return `conservation error ${totals.conservationError}`;
  for (const [id, own] of losses) {
    const counters = nodes.get(id)!;
    for (const name of ['filtered', 'late', 'inGap', 'dropped', 'deadLetters'] as const) {
      if (counters[name] !== own[name]) return `"${id}" counts ${counters[name]} ${name}, the oracle ${own[name]}`;
    }
  }
  return null;
}

function firstDifference(seen: readonly OutRow[], wanted: readonly NaiveRow[]): string | null {
  for (let index = 0; index < Math.max(seen.length, wanted.length); index++) {
    const left = seen[index];
    const right = wanted[index];
    if (left === undefined || right === undefined || !sameRow(left, right)) return `row ${index}: the engine gives ${words(left)}, the oracle ${words(right)}`;
  }
  return null;
}

function sameRow(seen: OutRow, wanted: NaiveRow): boolean {
  const names = Object.keys(seen.row);
  return seen.sink === wanted.sink && seen.at === wanted.at && seen.eventTimeMs === wanted.eventTimeMs && isDeepStrictEqual(names, Object.keys(wanted.row)) && names.every(name => sameCell(seen.row[name], wanted.row[name]));
}

function sameCell(seen: unknown, wanted: unknown): boolean {
  if (typeof seen === 'number' && typeof wanted === 'number') return Object.is(seen, wanted) || Math.abs(seen - wanted) <= TOLERANCE * Math.max(Math.abs(seen), Math.abs(wanted));
  return isDeepStrictEqual(seen, wanted);
}

function words(row: unknown): string {
  return row === undefined ? 'nothing' : JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Leaves out halves, quarters … single inputs for as long as `stillFails`. */
function shrink(inputs: readonly GraphInput[], stillFails: (fewer: readonly GraphInput[]) => boolean): readonly GraphInput[] {
  let smallest = inputs;
  for (let size = Math.ceil(inputs.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < smallest.length; ) {
      const fewer = [...smallest.slice(0, from), ...smallest.slice(from + size)];
      if (stillFails(fewer)) smallest = fewer;
      else from += size;
    }
  }
  return smallest;
}

/** A finding as text for people. */
export function findingText({ seed, law, problem, plan, inputs }: Finding): string {
  const lines = inputs.map(input => (input.kind === 'message' ? `${input.arrivalTimeMs} ${input.topic} ${new TextDecoder().decode(input.payload)}` : JSON.stringify(input)));
  return [`seed ${seed}: ${law}`, problem, `plan ${JSON.stringify(plan)}`, ...lines].join('\n');
}
