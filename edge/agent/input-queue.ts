import type { GraphInput } from '../../engine/graph/graph-api';

/** Inputs on their way from the intake to the engine, with their size. */
export class InputQueue {
  private groups: (readonly GraphInput[])[] = [];
  private taken = 0;
  count = 0;
  bytes = 0;

  push(inputs: readonly GraphInput[]): void {
    this.groups.push(inputs);
    this.count += inputs.length;
    for (const input of inputs) this.bytes += sizeOf(input);
  }

  /** The oldest inputs, at most `max`. */
  take(max: number): GraphInput[] {
    const inputs: GraphInput[] = [];
    while (inputs.length < max) {
      const group = this.groups[0];
      if (group === undefined) break;
      const from = this.taken;
      const to = Math.min(group.length, from + max - inputs.length);
      for (let index = from; index < to; index++) {
        const input = group[index];
        if (input === undefined) continue;
        inputs.push(input);
        this.bytes -= sizeOf(input);
      }
      this.taken = to === group.length ? 0 : to;
      if (to === group.length) this.groups.shift();
    }
    this.count -= inputs.length;
    return inputs;
  }
}

function sizeOf(input: GraphInput): number {
  return input.kind === 'message' ? input.payload.byteLength + 64 : 16;
}
