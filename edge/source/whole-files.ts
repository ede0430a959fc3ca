import type { FileSourceOptions } from './line-files';
import { lookAtFolder } from './folder-look';
import { isGone, listFiles, topicOfPath, type FoundFile } from './list-files';
import { OpenFiles } from './open-files';
import { Polling } from './polling';
import type { RunningSource, SourceConnection } from './source-port';

const POLL_MS = 500;
/** A file that has not changed for so long is whole. */
const QUIET_MS = 2_000;
/** Larger files are left out and counted. */
export const FILE_BYTES_MAX = 16 << 20;

/**
 * Whole files as messages: each when it has not changed for two seconds, and again when it has changed later. What is taken
 * in is remembered in the same transaction, so a kill neither loses nor repeats a file.
 */
export class WholeFiles implements RunningSource {
  readonly duplicates = 0;
  readonly violations = 0;
  problem: string | null = null;
  private readonly polling: Polling;
  /** Size and time of change by path. */
  private readonly taken: Map<string, string>;
  private readonly seen = new Map<string, { readonly version: string; readonly sinceMs: number }>();
  private known = 0;

  constructor(private readonly options: FileSourceOptions) {
    const prefix = this.stateName('');
    this.taken = new Map([...options.store.statesUnder(prefix)].map(([name, version]) => [name.slice(prefix.length), Buffer.from(version).toString('utf8')]));
    this.polling = new Polling({ env: options.env, everyMs: POLL_MS, body: () => this.look() });
  }

  get state(): SourceConnection {
    return { state: 'reading', files: this.known };
  }

  start(): void {
    this.polling.start();
  }

  setPaused(paused: boolean): void {
    this.polling.setPaused(paused);
  }

  stop(): Promise<void> {
    return this.polling.stop();
  }

  private async look(): Promise<void> {
    const { root, topic, connector, source, log } = this.options;
    this.problem = await lookAtFolder({
      source,
      root,
      log,
      problem: this.problem,
      look: async () => {
        const { files, complete } = await listFiles(root, { topic, suffix: connector.suffix });
        const wanted = files.filter(file => file.wanted);
        this.known = wanted.length;
        await this.passOverFirst(wanted);
        for (const file of wanted) if (!this.polling.interrupted && this.isWhole(file)) await this.take(file);
        if (complete) await this.forgetOthers(new Set(wanted.map(file => file.path)));
        return complete;
      }
    });
  }

  /** At the very first look the plan may want only what comes from now on. */
  private async passOverFirst(files: readonly FoundFile[]): Promise<void> {
    const { store, connector, intake, source, session } = this.options;
    const flag = `tailed:${session}`;
    if (store.meta(flag) !== null) return;
    const passed = connector.from === 'end' ? files : [];
    await intake.offer({
      source,
      messages: [],
      write: () => {
        store.setMeta(flag, '1');
        for (const file of passed) store.setState(this.stateName(file.path), Buffer.from(versionOf(file)));
      }
    });
    for (const file of passed) this.taken.set(file.path, versionOf(file));
  }

  private isWhole(file: FoundFile): boolean {
    const version = versionOf(file);
    if (this.taken.get(file.path) === version) return false;
    const nowMs = this.options.env.monotonicMs();
    const seen = this.seen.get(file.path);
    if (seen?.version === version) return nowMs - seen.sinceMs >= QUIET_MS;
    this.seen.set(file.path, { version, sinceMs: nowMs });
    return false;
  }

  private async take(file: FoundFile): Promise<void> {
    const { intake, source, store, onDropped, log } = this.options;
    const payload = file.size > FILE_BYTES_MAX ? null : await this.read(file);
    if (payload !== null && payload.length !== file.size) return;
    const version = versionOf(file);
    const messages = payload === null ? [] : [{ topic: topicOfPath(file.path), payload }];
    await intake.offer({ source, messages, write: () => store.setState(this.stateName(file.path), Buffer.from(version)) });
    this.taken.set(file.path, version);
    this.seen.delete(file.path);
    if (payload !== null) return;
    onDropped('fileTooLarge', 1);
    log(`file source "${source}": "${file.path}" has ${file.size} bytes, more than ${FILE_BYTES_MAX}; it was left out.`, { event: 'source.file_left_out', severity: 'warn', fields: { source, file: file.path } });
  }

  private async read(file: FoundFile): Promise<Uint8Array> {
    const files = new OpenFiles();
    try {
      const handle = await files.open(file.id, file.file);
      return handle === null ? new Uint8Array(0) : await files.read(handle, 0, file.size + 1);
    } catch (error) {
      if (isGone(error)) return new Uint8Array(0);
      throw error;
    } finally {
      await files.closeAll();
    }
  }

  private async forgetOthers(present: ReadonlySet<string>): Promise<void> {
    const { intake, source, store } = this.options;
    const gone = [...this.taken.keys()].filter(path => !present.has(path));
    for (const path of this.seen.keys()) if (!present.has(path)) this.seen.delete(path);
    if (gone.length === 0) return;
    await intake.offer({ source, messages: [], write: () => gone.forEach(path => store.deleteState(this.stateName(path))) });
    for (const path of gone) this.taken.delete(path);
  }

  private stateName(path: string): string {
    return `whole:${this.options.session}/${path}`;
  }
}

function versionOf({ id, size, modifiedMs }: FoundFile): string {
  return `${id} ${size} ${modifiedMs}`;
}
