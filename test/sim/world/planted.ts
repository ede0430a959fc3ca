const listeners: ((bug: number) => void)[] = [];

/** `listen` hears which bug is to run, 0 for none. */
export function onPlanted(listen: (bug: number) => void): void {
  listeners.push(listen);
}

/** Chooses the bug with which everything from now on runs; 0: none. */
export function plant(bug: number): void {
  for (const listen of listeners) listen(bug);
}
