import type { DeadLetter, DropFact } from '../operator/operator';
import type { GraphInput } from './graph-api';

/** Drop facts that one step reports. */
export const DROP_FACTS_MAX = 1000;

/** Dead letters and drop facts of one step, and the inputs they may be about. */
export class StepNotes {
  private letters: DeadLetter[] = [];
  private facts: DropFact[] = [];
  private inputs: { readonly firstAt: number; readonly inputs: readonly GraphInput[]; readonly arrivedBeforeMs: number }[] = [];

  constructor(private readonly positionOf: (node: string) => number) {}

  /** Inputs whose topic and arrival time letters of this step may need, and the arrival of the last input before them; the arrival of the last of them. */
  remember(inputs: readonly GraphInput[], firstAt: number, arrivedBeforeMs: number): number {
    this.inputs.push({ firstAt, inputs, arrivedBeforeMs });
    return arrivalUpTo(inputs, inputs.length - 1) ?? arrivedBeforeMs;
  }

  /** Keeps the letter, with the topic and arrival of the input that released its row. */
  addLetter(letter: DeadLetter): DeadLetter {
    const kept = Number.isNaN(letter.arrivalTimeMs) ? { ...letter, ...this.originOf(letter.at) } : letter;
    this.letters.push(kept);
    return kept;
  }

  addFact(fact: DropFact): void {
    if (this.facts.length < DROP_FACTS_MAX) this.facts.push(fact);
  }

  /** What was added since the last call, in order of (`at`, node), so that it does not depend on the cut into pushes. */
  take(): { readonly deadLetters: readonly DeadLetter[]; readonly dropFacts: readonly DropFact[] } {
    const order = (a: { at: number; node: string }, b: { at: number; node: string }): number => a.at - b.at || this.positionOf(a.node) - this.positionOf(b.node);
    const taken = { deadLetters: this.letters.sort(order), dropFacts: this.facts.sort(order) };
    this.letters = [];
    this.facts = [];
    this.inputs = [];
    return taken;
  }

  /** What the end of inputs released arrived with the last one before. */
  private originOf(at: number): { topic: string; arrivalTimeMs: number } {
    for (const { firstAt, inputs, arrivedBeforeMs } of this.inputs) {
      const input = inputs[at - firstAt];
      if (input !== undefined) return { topic: input.kind === 'message' ? input.topic : '', arrivalTimeMs: arrivalUpTo(inputs, at - firstAt) ?? arrivedBeforeMs };
    }
    return { topic: '', arrivalTimeMs: 0 };
  }
}

/** Arrival of the last of the inputs up to `index` that has one. */
function arrivalUpTo(inputs: readonly GraphInput[], index: number): number | null {
  for (let i = index; i >= 0; i--) {
    const input = inputs[i]!;
    if (input.kind !== 'end') return input.arrivalTimeMs;
  }
  return null;
}
