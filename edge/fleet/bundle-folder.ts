import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LittoralError } from '../../engine/error';
import type { AgentHandle } from '../agent/agent-api';
import { repeat, type Env, type Timer } from '../env/env';
import { readUntrustedBundle } from '../host/open-bundle-file';
import type { Log } from '../log/log';
import { storageError } from '../store/storage-error';

export interface BundleFolderOptions {
  readonly env: Env;
  /** Looked at every two seconds. */
  readonly folder: string;
  readonly bytesMax: number;
  readonly agent: Pick<AgentHandle, 'status' | 'deploy'>;
  readonly log: Log;
}

const LOOK_MS = 2_000;
const NAME = /\.littoral\.zip$/;

/**
 * Deploys bundles that are put into a folder. A file is taken when it has not changed between two looks, so half-written
 * ones are left; each version of a file is tried once, and bundles that are not newer than the active one are passed over.
 */
export class BundleFolder {
  private readonly seen = new Map<string, string>();
  private readonly tried = new Map<string, string>();
  private timer: Timer | null = null;
  private looking = false;
  private problem: string | null = null;

  constructor(private readonly options: BundleFolderOptions) {}

  start(): void {
    this.timer = repeat(this.options.env, LOOK_MS, () => void this.look());
    void this.look();
  }

  stop(): void {
    this.timer?.cancel();
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      for (const name of await this.settled()) await this.deploy(name);
      this.problem = null;
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (words !== this.problem) this.options.log(`bundles: ${words}`, { event: 'bundles.failed', severity: 'warn' });
      this.problem = words;
    } finally {
      this.looking = false;
    }
  }

  /** Files that are new and have not changed since the last look, oldest name first. */
  private async settled(): Promise<readonly string[]> {
    const { folder } = this.options;
    const names = (await readdir(folder).catch((error: unknown) => {
      throw storageError(error, folder);
    })).filter(name => NAME.test(name)).sort();
    const ready: string[] = [];
    for (const name of names) {
      const { size, mtimeMs } = await stat(join(folder, name));
      const version = `${size} ${mtimeMs}`;
      if (this.seen.get(name) === version && this.tried.get(name) !== version) ready.push(name);
      this.seen.set(name, version);
    }
    for (const name of [...this.seen.keys()]) if (!names.includes(name)) this.seen.delete(name);
    return ready;
  }

  private async deploy(name: string): Promise<void> {
    const { folder, bytesMax, agent, log } = this.options;
    const path = join(folder, name);
    const version = this.seen.get(name) ?? '';
    const { size } = await stat(path);
    if (size > bytesMax) {
      this.tried.set(name, version);
      log(`bundles: "${name}" has ${size} bytes; expected at most ${bytesMax}. It is left where it is.`, { event: 'bundles.file_left_out', severity: 'warn', fields: { file: name } });
      return;
    }
    const bytes = await readFile(path);
    if (this.isOld(bytes, path)) {
      this.tried.set(name, version);
      return;
    }
    const answer = await agent.deploy(bytes);
    if (!answer.ok && answer.reason === 'BUSY') return;
    this.tried.set(name, version);
  }

  /** Whether it is a release that this agent has or has had; what cannot be read is left to the admission. */
  private isOld(bytes: Uint8Array, path: string): boolean {
    const { pipeline, release } = this.options.agent.status();
    try {
      const { statement } = readUntrustedBundle(bytes, path);
      return statement.pipelineId === pipeline && release !== null && statement.release <= release;
    } catch (error) {
      if (error instanceof LittoralError) return false;
      throw error;
    }
  }
}
