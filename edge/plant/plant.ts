import { Bearing, BLOCK_SAMPLES, SAMPLE_HZ, severityAt, type Wear } from './bearing';
import { Line } from './line';
import { Random } from './random';

/**
 * The simulated plant behind `npm start`: everything is a pure function of the seed and of simulated time.
 *
 *   plant/b1…b8/vibration       8 bearings, 1 kHz in blocks of 100 samples, 10 messages/s each; b3 and b7 wear out
 *   plant/line1|line2/temperature (1/s), pressure (5/s), rpm (10/s)   nulls, disorder, late records; line2's pressure
 *                               gauge has its clock one hour ahead
 *   plant/line1|line2/state     on change, retained
 */
export interface PlantMessage {
  readonly arrivalTimeMs: number;
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}
export interface PlantOptions {
  readonly seed: number;
  /** Simulated time of the first sample, ms since the epoch. */
  readonly startMs: number;
}

const BLOCK_MS = (BLOCK_SAMPLES / SAMPLE_HZ) * 1_000;
const STEP_MS = 100;
const wearOf: Readonly<Record<string, Wear>> = {
  b3: { healthyMs: 60_000, growthMs: 240_000, wornMs: 300_000, phaseMs: 250_000 },
  b7: { healthyMs: 120_000, growthMs: 420_000, wornMs: 240_000, phaseMs: 90_000 }
};

/** The simulation's truth: how worn `device` is after `elapsedMs`, 0 healthy … 1 worn out. */
export function trueSeverity(device: string, elapsedMs: number): number {
  return severityAt(wearOf[device] ?? null, elapsedMs);
}

interface LineSensor {
  readonly kind: 'temperature' | 'pressure' | 'rpm';
  readonly everyMs: number;
  readonly column: string;
  readonly noise: number;
  readonly decimals: number;
}
const lineSensors: readonly LineSensor[] = [
  { kind: 'temperature', everyMs: 1_000, column: 'celsius', noise: 0.15, decimals: 2 },
  { kind: 'pressure', everyMs: 200, column: 'bar', noise: 0.03, decimals: 3 },
  { kind: 'rpm', everyMs: 100, column: 'rpm', noise: 4, decimals: 1 }
];

export class Plant {
  private readonly bearings: readonly { readonly device: string; readonly model: Bearing; readonly delay: Random }[];
  private readonly lines: readonly { readonly name: string; readonly model: Line; readonly random: Random; state: string }[];
  private readonly startMs: number;
  private waiting: { readonly order: number; readonly message: PlantMessage }[] = [];
  private order = 0;
  private step = 0;

  constructor(options: PlantOptions) {
    this.startMs = options.startMs;
    this.bearings = Array.from({ length: 8 }, (_, index) => {
      const device = `b${index + 1}`;
      return { device, model: new Bearing(options.seed * 1_000 + index, wearOf[device] ?? null), delay: new Random(options.seed * 1_000 + 100 + index) };
    });
    this.lines = ['line1', 'line2'].map((name, index) => ({
      name,
      model: new Line(options.seed * 1_000 + 200 + index),
      random: new Random(options.seed * 1_000 + 300 + index),
      state: ''
    }));
  }

  /** Messages that arrive up to `untilMs` (inclusive), in order of arrival. Cutting time into other steps gives the same messages. */
  advance(untilMs: number): PlantMessage[] {
    while (this.startMs + this.step * STEP_MS <= untilMs) this.makeStep();
    const due = this.waiting.filter(entry => entry.message.arrivalTimeMs <= untilMs);
    this.waiting = this.waiting.filter(entry => entry.message.arrivalTimeMs > untilMs);
    return due.sort((a, b) => a.message.arrivalTimeMs - b.message.arrivalTimeMs || a.order - b.order).map(entry => entry.message);
  }

  private makeStep(): void {
    const timeMs = this.startMs + this.step * STEP_MS;
    for (const bearing of this.bearings) {
      const { samples } = bearing.model.nextBlock();
      const delayMs = BLOCK_MS + Math.min(400, bearing.delay.exponential(12));
      this.send(`plant/${bearing.device}/vibration`, { device: bearing.device, tMs: timeMs, seq: this.step, x: samples }, timeMs + delayMs);
    }
    for (const line of this.lines) this.stepLine(line, timeMs);
    this.step++;
  }

  private stepLine(line: (typeof this.lines)[number], timeMs: number): void {
    const truth = line.model.step(STEP_MS);
    const state = truth.overheating ? 'overheating' : truth.motorOn ? 'running' : 'stopped';
    if (state !== line.state) {
      line.state = state;
      this.send(`plant/${line.name}/state`, { tMs: timeMs, state, motor_on: truth.motorOn, overheating: truth.overheating }, timeMs + 2, true);
    }
    const values: Record<LineSensor['kind'], number> = { temperature: truth.celsius, pressure: truth.bar, rpm: truth.rpm };
    for (const sensor of lineSensors) {
      if ((this.step * STEP_MS) % sensor.everyMs !== 0) continue;
      const noisy = values[sensor.kind] + sensor.noise * line.random.normal();
      const value = line.random.uniform() < 0.02 ? null : Math.round(noisy * 10 ** sensor.decimals) / 10 ** sensor.decimals;
      const wrongClockMs = line.name === 'line2' && sensor.kind === 'pressure' ? 3_600_000 : 0;
      const late = line.random.uniform() < 0.005;
      const delayMs = late ? 5_000 + 15_000 * line.random.uniform() : Math.min(1_200, line.random.exponential(120));
      this.send(`plant/${line.name}/${sensor.kind}`, { device: `${line.name}-${sensor.kind}`, tMs: timeMs + wrongClockMs, [sensor.column]: value }, timeMs + delayMs);
    }
  }

  private send(topic: string, payload: object, arrivalMs: number, retain = false): void {
    this.waiting.push({ order: this.order++, message: { arrivalTimeMs: Math.ceil(arrivalMs), topic, payload: JSON.stringify(payload), retain } });
  }
}
