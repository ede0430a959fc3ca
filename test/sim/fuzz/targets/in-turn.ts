import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FuzzTarget, MakeTarget } from '../target';

/** Several targets in one process, input by input in turn; an outcome begins with the name of its target. */
export function inTurn(makers: Readonly<Record<string, MakeTarget>>): MakeTarget {
  return async folder => {
    const lanes: { readonly name: string; readonly target: FuzzTarget }[] = [];
    for (const [name, make] of Object.entries(makers)) {
      const own = join(folder, name);
      mkdirSync(own);
      lanes.push({ name, target: await make(own) });
    }
    let lane = lanes[0];
    return {
      at: index => (lane = lanes[index % lanes.length]),
      get seeds() {
        return lane?.target.seeds ?? [];
      },
      get words() {
        return lane?.target.words ?? [];
      },
      take: async input => `${lane?.name ?? ''} ${(await lane?.target.take(input)) ?? ''}`,
      finish: async () => {
        for (const { target } of lanes) await target.finish?.();
      }
    };
  };
}
