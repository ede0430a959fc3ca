/** How long each node has computed by itself, by a clock that the host lends: the engine has none. */
export class NodeClock {
  private readonly spent = new Map<string, number>();
  private current: string | null = null;
  private sinceMs = 0;

  constructor(private readonly clockMs: () => number) {}

  /** From now on `node` computes (null: none does); gives who did before, to hand back to it. */
  enter(node: string | null): string | null {
    const nowMs = this.clockMs();
    const before = this.current;
    if (before !== null) this.spent.set(before, (this.spent.get(before) ?? 0) + nowMs - this.sinceMs);
    this.current = node;
    this.sinceMs = nowMs;
    return before;
  }

  /** Milliseconds of `node` since the beginning. */
  spentMs(node: string): number {
    return this.spent.get(node) ?? 0;
  }
}
