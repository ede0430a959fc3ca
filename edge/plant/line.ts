import { Random } from './random';

/** State of one production line: the motor runs and rests, the machine heats by a first-order model. */
export interface LineState {
  readonly motorOn: boolean;
  readonly overheating: boolean;
  readonly celsius: number;
  readonly bar: number;
  readonly rpm: number;
}

const AMBIENT_C = 22;
const TIME_CONSTANT_MS = 45_000;
const OVERHEAT_ON_C = 85;
const OVERHEAT_OFF_C = 78;

/**
 * Newton heating: dT/dt = (target - T) / τ with τ = 45 s; the target is 70 °C running, 95 °C under an overload, 22 °C off.
 * The motor runs 90 to 180 s and rests 15 to 40 s; one run in three is overloaded. Speed follows with τ = 1.5 s,
 * hydraulic pressure is 4.2 bar plus 2.1 bar at full speed. Overheating has hysteresis: on above 85 °C, off below 78 °C.
 */
export class Line {
  private readonly random: Random;
  private motorOn = true;
  private overload = false;
  private overheating = false;
  private celsius: number;
  private speed = 1;
  private switchInMs: number;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.celsius = 55 + 10 * this.random.uniform();
    this.switchInMs = 30_000 + 60_000 * this.random.uniform();
  }

  /** Moves on by `stepMs` (at most 1 s for accuracy) and returns the true state, without sensor noise. */
  step(stepMs: number): LineState {
    this.switchInMs -= stepMs;
    if (this.switchInMs <= 0) this.switchMotor();
    const target = this.motorOn ? (this.overload ? 95 : 70) : AMBIENT_C;
    this.celsius += (target - this.celsius) * (1 - Math.exp(-stepMs / TIME_CONSTANT_MS));
    this.speed += ((this.motorOn ? 1 : 0) - this.speed) * (1 - Math.exp(-stepMs / 1_500));
    if (this.celsius > OVERHEAT_ON_C) this.overheating = true;
    else if (this.celsius < OVERHEAT_OFF_C) this.overheating = false;
    return { motorOn: this.motorOn, overheating: this.overheating, celsius: this.celsius, bar: 4.2 + 2.1 * this.speed, rpm: 1_797 * this.speed };
  }

  private switchMotor(): void {
    this.motorOn = !this.motorOn;
    this.overload = this.motorOn && this.random.uniform() < 1 / 3;
    this.switchInMs = this.motorOn ? 90_000 + 90_000 * this.random.uniform() : 15_000 + 25_000 * this.random.uniform();
  }
}
