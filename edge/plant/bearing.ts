import { Random } from './random';

/**
 * A vibrating ball bearing, model 6205 (9 balls of 7.94 mm on a pitch circle of 39.04 mm) at about 1 797 rpm.
 * Sampled at 1 kHz: shaft harmonics under a load that varies, and sensor noise; a spalled outer race adds an impact at each ball pass that rings
 * the housing's resonance. Ball-pass frequency, outer race: f = n/2 · fr · (1 - d/D) = 3.585 fr ≈ 107 Hz
 * (Randall and Antoni, "Rolling element bearing diagnostics", MSSP 25, 2011); slip jitters each interval by 1 %.
 */
export const SAMPLE_HZ = 1_000;
export const BLOCK_SAMPLES = 100;
const BALL_PASS_OUTER = (9 / 2) * (1 - 7.94 / 39.04);
const RESONANCE_HZ = 372;
const DAMPING_RATIO = 0.045;

/** How a fault grows and is repaired: healthy, then exponential growth, then worn out, then a new bearing. */
export interface Wear {
  readonly healthyMs: number;
  readonly growthMs: number;
  readonly wornMs: number;
  /** Where in this cycle the device is at the start of the simulation. */
  readonly phaseMs: number;
}

/** Severity of the fault after `elapsedMs`: 0 healthy … 1 worn out. */
export function severityAt(wear: Wear | null, elapsedMs: number): number {
  if (wear === null) return 0;
  const period = wear.healthyMs + wear.growthMs + wear.wornMs;
  const t = (elapsedMs + wear.phaseMs) % period;
  if (t < wear.healthyMs) return 0;
  if (t >= wear.healthyMs + wear.growthMs) return 1;
  const progress = (t - wear.healthyMs) / wear.growthMs;
  return (Math.exp(3 * progress) - 1) / (Math.exp(3) - 1);
}

export class Bearing {
  private readonly random: Random;
  private readonly shaftHz: number;
  private readonly phase: number;
  private readonly unbalance: number;
  private readonly loadPeriodMs: number;
  private sample = 0;
  private untilImpact = 0;
  private ring1 = 0;
  private ring2 = 0;
  private loadNoise = 0;

  constructor(
    seed: number,
    private readonly wear: Wear | null
  ) {
    this.random = new Random(seed);
    this.shaftHz = (1_797 * (1 + 0.01 * this.random.normal())) / 60;
    this.phase = 2 * Math.PI * this.random.uniform();
    this.unbalance = 0.9 * (1 + 0.12 * this.random.normal());
    this.loadPeriodMs = 25_000 + 30_000 * this.random.uniform();
    this.untilImpact = this.impactInterval() * this.random.uniform();
  }

  /** The next 100 samples, acceleration in m/s², rounded to 0.1 mm/s². */
  nextBlock(): { readonly samples: number[]; readonly severity: number } {
    const elapsedMs = (this.sample / SAMPLE_HZ) * 1_000;
    const severity = severityAt(this.wear, elapsedMs);
    this.loadNoise = 0.97 * this.loadNoise + 0.02 * this.random.normal();
    const load = 1 + 0.12 * Math.sin((2 * Math.PI * elapsedMs) / this.loadPeriodMs + this.phase) + this.loadNoise;
    const samples = Array.from({ length: BLOCK_SAMPLES }, () => Math.round(this.nextSample(severity, load) * 1e4) / 1e4);
    return { samples, severity };
  }

  private nextSample(severity: number, load: number): number {
    const angle = this.phase + (2 * Math.PI * this.shaftHz * this.sample) / SAMPLE_HZ;
    this.sample++;
    this.untilImpact--;
    let impact = 0;
    if (this.untilImpact <= 0) {
      impact = severity * 4.5 * (1 + 0.15 * this.random.normal());
      this.untilImpact += this.impactInterval();
    }
    const radius = Math.exp((-DAMPING_RATIO * 2 * Math.PI * RESONANCE_HZ) / SAMPLE_HZ);
    const ring = 2 * radius * Math.cos((2 * Math.PI * RESONANCE_HZ) / SAMPLE_HZ) * this.ring1 - radius * radius * this.ring2 + impact;
    this.ring2 = this.ring1;
    this.ring1 = ring;
    const shaft = this.unbalance * Math.sin(angle) + 0.35 * Math.sin(2 * angle + 0.7) + 0.12 * Math.sin(3 * angle + 1.9);
    return load * (shaft + ring) + 0.18 * this.random.normal();
  }

  private impactInterval(): number {
    return (SAMPLE_HZ / (BALL_PASS_OUTER * this.shaftHz)) * (1 + 0.01 * this.random.normal());
  }
}
