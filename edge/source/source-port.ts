import type { ClientState } from '../mqtt/client';

/** A stop waits this long for a commit that is under way, which a full disk may hold up; what is not committed comes again. */
export const STOP_MS_MAX = 1_000;

/** One running source of the active pipeline, whatever it takes messages from. */
export interface RunningSource {
  start(): void;
  /** Resolves soon; it takes nothing more in. */
  stop(): Promise<void>;
  /** Takes nothing in for a while. */
  setPaused(paused: boolean): void;
  readonly state: SourceConnection;
  /** Words of what keeps messages away, or null. */
  readonly problem: string | null;
  /** Messages that came again and were left out. */
  readonly duplicates: number;
  readonly violations: number;
}

/** How a source stands to where its messages come from. */
export type SourceConnection =
  | ClientState
  | { readonly state: 'reading'; readonly files: number }
  | { readonly state: 'listening' }
  | { readonly state: 'replaying'; readonly read: number }
  | { readonly state: 'ended'; readonly read: number };
