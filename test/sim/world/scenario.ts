import type { PlanChoice } from './releases';
import { Dice } from './dice';

export type Fault =
  | { readonly kind: 'kill'; readonly atMs: number; readonly power: boolean; readonly downMs: number }
  /** Dies before or after the `statements`-th statement from then on. */
  | { readonly kind: 'killInStatement'; readonly atMs: number; readonly power: boolean; readonly downMs: number; readonly statements: number }
  | { readonly kind: 'cut'; readonly atMs: number; readonly broker: BrokerName; readonly silent: boolean }
  | { readonly kind: 'restart'; readonly atMs: number; readonly broker: BrokerName; readonly persistent: boolean; readonly downMs: number; readonly dieAfterMs: number | null }
  | { readonly kind: 'refuse'; readonly atMs: number; readonly broker: BrokerName; readonly forMs: number }
  | { readonly kind: 'slow'; readonly atMs: number; readonly forMs: number; readonly delayMs: number }
  | { readonly kind: 'diskFull'; readonly atMs: number; readonly forMs: number }
  | { readonly kind: 'ioError'; readonly atMs: number; readonly statements: number }
  | { readonly kind: 'clockJump'; readonly atMs: number; readonly byMs: number }
  | { readonly kind: 'deploy'; readonly atMs: number; readonly sizeMs: number }
  | { readonly kind: 'stop'; readonly atMs: number };

export type BrokerName = 'plant' | 'out';

/** One case: what the plant sends, what goes wrong and when. */
export interface Scenario {
  readonly seed: number;
  readonly choice: PlanChoice;
  readonly sourceQos: 0 | 1 | 2;
  /** 0: a release is trusted at once. */
  readonly probationMs: number;
  readonly devices: number;
  readonly messages: number;
  /** Faults happen up to here; afterwards everything is in order. */
  readonly troubleMs: number;
  readonly faults: readonly Fault[];
  readonly plant: { readonly versions: readonly number[]; readonly receiveMax: number; readonly idMax: number; readonly forgetsDup: boolean; readonly repeatsReleased: boolean };
}

const HOUR_MS = 3_600_000;

export function scenarioOf(seed: number): Scenario {
  const dice = new Dice(seed, 'scenario');
  const sourceQos = dice.pick([0, 1, 1, 2, 2, 2, 2] as const);
  const troubleMs = dice.int(2_000, 8_000);
  const delivery = (['atMostOnce', 'atLeastOnce', 'exactlyOnceEffects'] as const)[sourceQos];
  const sizeMs = dice.pick([200, 500]);
  const faultCount = dice.chance(0.1) ? 0 : dice.int(1, 10);
  return {
    seed,
    choice: { delivery, sinkQos: dice.pick([1, 1, 2]), sizeMs, idleTimeoutMs: dice.pick([null, 300]) },
    sourceQos,
    probationMs: dice.pick([0, 500, 60_000]),
    devices: dice.int(1, 3),
    messages: dice.int(10, 80),
    troubleMs,
    faults: Array.from({ length: faultCount }, () => faultOf(dice, troubleMs)).sort((a, b) => a.atMs - b.atMs),
    plant: { versions: dice.pick([[4, 5], [5, 4], [4]]), receiveMax: dice.pick([1, 3, 20]), idMax: dice.pick([4, 10, 65_535]), forgetsDup: dice.chance(0.3), repeatsReleased: dice.chance(0.6) }
  };
}

function faultOf(dice: Dice, troubleMs: number): Fault {
  const atMs = dice.int(50, troubleMs);
  const broker = dice.pick(['plant', 'out'] as const);
  const downMs = dice.int(5, 800);
  switch (dice.int(0, 13)) {
    case 0:
    case 1:
      return { kind: 'kill', atMs, power: dice.chance(0.5), downMs };
    case 2:
    case 3:
    case 4:
      return { kind: 'killInStatement', atMs, power: dice.chance(0.5), downMs, statements: dice.int(0, 40) };
    case 5:
    case 6:
      return { kind: 'cut', atMs, broker, silent: dice.chance(0.15) };
    case 7:
      return { kind: 'restart', atMs, broker, persistent: dice.chance(0.5), downMs, dieAfterMs: dice.chance(0.4) ? dice.int(100, 500) : null };
    case 8:
      return { kind: 'refuse', atMs, broker, forMs: dice.int(100, 1_500) };
    case 9:
      return { kind: 'slow', atMs, forMs: dice.int(200, 2_000), delayMs: dice.int(20, 300) };
    case 10:
      return { kind: 'diskFull', atMs, forMs: dice.int(100, 3_000) };
    case 11:
      return dice.chance(0.5) ? { kind: 'ioError', atMs, statements: dice.int(0, 30) } : { kind: 'stop', atMs };
    case 12:
      return { kind: 'clockJump', atMs, byMs: dice.pick([HOUR_MS, -HOUR_MS, 1_500, -1_500]) };
    default:
      return { kind: 'deploy', atMs, sizeMs: dice.pick([200, 500]) };
  }
}
