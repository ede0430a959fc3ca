/** Stands for a function of Node that the simulated machine does not have. */
export function missing(name: string): () => never {
  return () => {
    throw new Error(`the simulated machine has no ${name}`);
  };
}
