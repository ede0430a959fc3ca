import { Random } from '../../../edge/plant/random';

/** A stream of seeded decisions. */
export class Dice {
  private readonly random: Random;

  /** Streams with another `purpose` are independent of this one. */
  constructor(seed: number, purpose: string) {
    let mixed = seed >>> 0;
    for (let index = 0; index < purpose.length; index++) mixed = Math.imul(mixed ^ purpose.charCodeAt(index), 0x9e3779b1) ^ (mixed >>> 15);
    this.random = new Random(mixed);
  }

  /** 0 ≤ r < 1. */
  next(): number {
    return this.random.uniform();
  }

  /** A whole number from `min` to `max`. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.int(0, values.length - 1)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }
}
