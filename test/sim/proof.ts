/** One of the pass lines of the proofs, e.g. `G4`: how to run it, and what it says. */
export interface Proof {
  /** `G1` to `G16`. */
  readonly id: string;
  readonly title: string;
  /** What must hold, in one sentence with its figures. */
  readonly passLine: string;
  run(options: ProofOptions): Promise<ProofResult>;
}

export interface ProofOptions {
  /** `small` takes seconds and runs in every test run; `full` is the whole pass line. */
  readonly scale: 'small' | 'full';
  /** Everything random comes from it. */
  readonly seed: number;
  /** Tells how far it is. */
  readonly log: (line: string) => void;
}

export interface ProofResult {
  readonly ok: boolean;
  /** What was done and measured, in the order of the report, e.g. `{ kills: 1000, lost: 0 }`. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** What went wrong, one sentence each, with what repeats it; empty when `ok`. */
  readonly findings: readonly string[];
  /** What was not done, and why, one sentence each. */
  readonly limits: readonly string[];
}
