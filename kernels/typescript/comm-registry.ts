/** Which comms are open, and under which target. */
export class CommRegistry {
  private readonly targets = new Map<string, string>();

  open(commId: string, target: string): void {
    this.targets.set(commId, target);
  }

  /** False when it was not open. */
  close(commId: string): boolean {
    return this.targets.delete(commId);
  }

  has(commId: string): boolean {
    return this.targets.has(commId);
  }

  /** The open comms, of one target or of all, as `comm_info_reply` wants them. */
  list(target?: string): Record<string, { target_name: string }> {
    const entries = [...this.targets].filter(([, name]) => target === undefined || name === target);
    return Object.fromEntries(entries.map(([commId, name]) => [commId, { target_name: name }]));
  }
}
