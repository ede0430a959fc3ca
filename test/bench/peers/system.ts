import type { Job } from './job';

/** A system that is compared. */
export interface System {
  readonly name: string;
  /** null when it can be started here, else why not and what would help. */
  missing(): string | null;
  /** Starts it on `folder`, which is empty, with the job deployed. */
  start(setting: Setting): Promise<Subject>;
}

export interface Setting {
  readonly job: Job;
  readonly brokerPort: number;
  readonly folder: string;
}

/** A started system. */
export interface Subject {
  /** Of the process that does the work, with its children. */
  readonly pid: number;
  /** SIGKILL, then a start on what is on disk; resolves when the new process is started, not when it is ready. */
  killAndRestart(): Promise<void>;
  /** Resolves when the process that was started last takes messages. */
  ready(): Promise<void>;
  /** An orderly end, then a start on what is on disk. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
