import type { GraphInput } from '../../engine/graph/graph-api';
import type { Random } from './random';

const KEYS = ['a', 'b', 'c', 'd', null] as const;
const BROKEN = ['{', '{"t":1', 'null', '{"t":"x"}', '{"t":1,"x":"no"}', ''] as const;

/** A stream that a bad day could bring: disorder, repeats, jumps, silences, nulls, broken payloads, ticks; it ends. */
export function randomInputs(random: Random): GraphInput[] {
  const count = random.int(0, 90);
  const spreadMs = random.pick([0, 5, 60, 300]);
  const inputs: GraphInput[] = [];
  let clockMs = 1_000;
  for (let index = 0; index < count; index++) {
    clockMs += random.pick([0, 1, 7, 20, 20, 90, 700, 400, 50]);
    if (random.chance(0.06)) inputs.push({ kind: 'tick', arrivalTimeMs: clockMs });
    else inputs.push(randomMessage(random, clockMs, spreadMs));
  }
  inputs.push({ kind: 'end' });
  return inputs;
}

function randomMessage(random: Random, clockMs: number, spreadMs: number): GraphInput {
  const t = clockMs - random.int(0, spreadMs) + (random.chance(0.06) ? random.pick([-4_000, -700, 99, 100, 101, 400]) : 0);
  const record = { t, k: random.pick(KEYS), x: random.chance(0.1) ? null : random.int(-80, 80) / 8, n: random.chance(0.1) ? null : random.int(-20, 20) };
  const text = random.chance(0.04) ? random.pick(BROKEN) : JSON.stringify(record);
  return { kind: 'message', arrivalTimeMs: clockMs, topic: `${random.pick(['north', 'south'])}/${random.pick(['1', '2', '3'])}`, payload: new TextEncoder().encode(text) };
}
