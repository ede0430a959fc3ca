/** Resolves when `holds` gives true; looks again after every turn of the event loop and never takes longer than the test's own limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(done => setTimeout(done, 5));
}
