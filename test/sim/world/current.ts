import type { Machine } from './machine';

/** The machine on which the product's code runs right now; one simulation runs at a time. */
export const current: { machine: Machine | null } = { machine: null };

/** Does `body` at a later moment, if the process still lives; a dead process waits forever. */
export function later<T>(body: (machine: Machine) => T): Promise<T> {
  const { machine } = current;
  const process = machine?.process ?? null;
  return new Promise((done, fail) => {
    if (machine === null || process === null) return;
    machine.options.clock.schedule(machine.options.dice.between(0, 2), () => {
      if (!process.alive) return;
      try {
        done(body(machine));
      } catch (error) {
        fail(error);
      }
    });
  });
}

/** Does `body` now; throws in a process that is dead. */
export function atOnce<T>(body: (machine: Machine) => T): T {
  const { machine } = current;
  if (machine === null || machine.process === null) throw new Error('the process is dead');
  return body(machine);
}
