import type { FileConnector } from '../../engine/plan/nodes/source';
import type { Intake } from '../agent/intake';
import type { Env } from '../env/env';
import type { Log } from '../log/log';
import type { Store } from '../store/store';
import { HEAD_BYTES_MAX, decodePosition, encodePosition, hashOf, type TailPosition } from './tail-position';
import { lookAtFolder } from './folder-look';
import { FILES_MAX, isGone, listFiles, topicOfPath, type FoundFile } from './list-files';
import { LINE_BYTES_MAX, splitLines } from './line-splitter';
import { OpenFiles } from './open-files';
import { Polling } from './polling';
import type { RunningSource, SourceConnection } from './source-port';

export interface FileSourceOptions {
  readonly env: Env;
  /** Node id of the source. */
  readonly source: string;
  /** Names its positions in the store. */
  readonly session: string;
  readonly topic: string;
  readonly connector: FileConnector;
  readonly root: string;
  readonly store: Store;
  readonly intake: Pick<Intake, 'offer'>;
  readonly log: Log;
  readonly onDropped: (reason: string, count: number) => void;
}

const POLL_MS = 250;
const READ_BYTES = 256 * 1_024;
const TAIL_BYTES_MAX = 256;
const LINE_FEED = 10;
const NOTHING = hashOf(new Uint8Array(0));
/** So many looks a file that is gone may still grow. */
const LOOKS_MAX = 40;

/** What a position is about. */
type Known = Pick<FoundFile, 'id' | 'bornMs'>;
type Handle = NonNullable<Awaited<ReturnType<OpenFiles['open']>>>;

/**
 * Lines of growing files. The position in a file is committed together with the lines before it, so a kill neither loses
 * nor repeats one. A file is known by device, inode and its first bytes:
 *
 *   renamed            same inode under another name: read to its end, then its successor from the start
 *   copied, truncated  a copy that begins with its name and its bytes: what the original had left over is read from the copy
 *   deleted, replaced  other first bytes: another file
 */
export class LineFiles implements RunningSource {
  readonly duplicates = 0;
  readonly violations = 0;
  problem: string | null = null;
  private readonly polling: Polling;
  private readonly files = new OpenFiles();
  private readonly positions: Map<string, TailPosition>;
  /** Files that are gone, and for how many looks. */
  private readonly gone = new Map<string, number>();
  /** Files that were found cut or replaced one look ago. */
  private readonly cut = new Set<string>();
  /** Size and time of change of files that were read to their end. */
  private readonly quiet = new Map<string, string>();
  private known = 0;

  constructor(private readonly options: FileSourceOptions) {
    const { env, store } = options;
    this.positions = new Map([...store.statesUnder(this.stateName(''))].map(([, bytes]) => decodePosition(bytes)).map(position => [position.id, position]));
    this.polling = new Polling({ env, everyMs: POLL_MS, body: () => this.look() });
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

  async stop(): Promise<void> {
    await this.polling.stop();
    await this.files.closeAll();
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
        this.known = files.filter(file => file.wanted).length;
        await this.beginAtEnds(files);
        for (const file of files) if (!this.positions.has(file.id)) await this.discover(file, files);
        for (const file of files) if (!this.polling.interrupted) await this.follow(file);
        await this.finishGone(new Set(files.map(file => file.id)));
        return complete;
      }
    });
  }

  /** At the very first look the plan may want only what comes from now on. */
  private async beginAtEnds(files: readonly FoundFile[]): Promise<void> {
    const { store, connector, intake, source, session } = this.options;
    const flag = `tailed:${session}`;
    if (store.meta(flag) !== null) return;
    const positions: TailPosition[] = [];
    if (connector.from === 'end') {
      for (const file of files) {
        const handle = file.wanted ? await this.openFile(file.id, file.file) : null;
        if (handle !== null) positions.push(await this.positionAt(handle, file, await this.lastLineEnd(handle, file.size)));
      }
    }
    await intake.offer({
      source,
      messages: [],
      write: () => {
        store.setMeta(flag, '1');
        for (const position of positions) store.setState(this.stateName(position.id), encodePosition(position));
      }
    });
    for (const position of positions) this.positions.set(position.id, position);
  }

  /** The end of the last whole line of the first `size` bytes. */
  private async lastLineEnd(handle: Handle, size: number): Promise<number> {
    for (let end = size; end > 0; end -= READ_BYTES) {
      const from = Math.max(0, end - READ_BYTES);
      const found = (await this.files.read(handle, from, end - from)).lastIndexOf(LINE_FEED);
      if (found >= 0) return from + found + 1;
    }
    return 0;
  }

  private async discover(file: FoundFile, files: readonly FoundFile[]): Promise<void> {
    // A copy that has just begun is empty, as are many new files: there is nothing to lose by waiting.
    if (file.size === 0) return;
    for (const original of [...this.positions.values()]) {
      if (!isCopyName(file.path, original.path)) continue;
      const kept = files.find(other => other.id === original.id);
      const intact = kept !== undefined && !(await this.isCut(kept, original));
      if (intact && (await this.isBeginning(file, kept))) return;
      if (!intact && (await this.isCopy(file, original))) return this.takeOver(file, original);
    }
    if (file.wanted) this.positions.set(file.id, startOf(file));
  }

  /** What the original had left over is read from the copy; that is on disk before the original begins anew. */
  private async takeOver(file: FoundFile, original: TailPosition): Promise<void> {
    const { intake, source, store } = this.options;
    const complete = file.size >= original.offset;
    const position: TailPosition = { ...original, id: file.id, bornMs: file.bornMs, ...(complete ? {} : { offset: file.size, tailBytes: 0, tailHash: NOTHING }) };
    await intake.offer({ source, messages: [], write: () => store.setState(this.stateName(file.id), encodePosition(position)) });
    this.positions.set(file.id, position);
  }

  /** Whether `file` has the bytes that are known of the original. A shorter one was copied before the original was read to its end. */
  private async isCopy(file: FoundFile, { headBytes, headHash, offset, tailBytes, tailHash }: TailPosition): Promise<boolean> {
    if (headBytes === 0 || file.size < headBytes) return false;
    const handle = await this.openFile(file.id, file.file);
    if (handle === null || hashOf(await this.files.read(handle, 0, headBytes)) !== headHash) return false;
    return file.size < offset || hashOf(await this.files.read(handle, offset - tailBytes, tailBytes)) === tailHash;
  }

  /** Whether `file` is nothing but the first bytes of `other`: a copy, as long as it does not grow by itself. */
  private async isBeginning(file: FoundFile, other: FoundFile): Promise<boolean> {
    if (file.size > other.size) return false;
    const [copy, original] = [await this.openFile(file.id, file.file), await this.openFile(other.id, other.file)];
    if (copy === null || original === null) return false;
    for (const [from, bytes] of [[0, Math.min(HEAD_BYTES_MAX, file.size)], [Math.max(0, file.size - TAIL_BYTES_MAX), Math.min(TAIL_BYTES_MAX, file.size)]] as const) {
      if (hashOf(await this.files.read(copy, from, bytes)) !== hashOf(await this.files.read(original, from, bytes))) return false;
    }
    return true;
  }

  /** Whether the file is no longer the one that was read: shorter, made later, or with other first bytes. */
  private async isCut(file: FoundFile, position: TailPosition): Promise<boolean> {
    if (file.size < position.offset || (file.bornMs !== null && position.bornMs !== null && file.bornMs !== position.bornMs)) return true;
    const handle = await this.openFile(file.id, file.file);
    return handle !== null && hashOf(await this.files.read(handle, 0, position.headBytes)) !== position.headHash;
  }

  private async follow(file: FoundFile): Promise<void> {
    const position = this.positions.get(file.id);
    if (position === undefined) return;
    this.gone.delete(file.id);
    const change = `${file.size} ${file.modifiedMs}`;
    if (file.size === position.offset && this.quiet.get(file.id) === change) return;
    if (await this.isCut(file, position)) {
      // A copy of the former content may appear in the listing one look later.
      if (!this.cut.has(file.id)) return void this.cut.add(file.id);
      if (!file.wanted) return this.forget(file.id);
      this.positions.set(file.id, startOf(file));
    }
    this.cut.delete(file.id);
    const handle = await this.openFile(file.id, file.file);
    if (handle !== null && (await this.readOn(handle, file))) this.quiet.set(file.id, change);
  }

  /** Takes in whole lines up to the end of the file; false when it was cut or the source is to pause before that. */
  private async readOn(handle: Handle, file: Known): Promise<boolean> {
    const { intake, source, store, onDropped, log } = this.options;
    const { id } = file;
    for (let position = this.positions.get(id); position !== undefined && !this.polling.interrupted; position = this.positions.get(id)) {
      let bytes = await this.files.read(handle, position.offset, READ_BYTES);
      if (bytes.length === READ_BYTES && !bytes.includes(LINE_FEED) && !position.skipping) bytes = await this.files.read(handle, position.offset, LINE_BYTES_MAX + READ_BYTES);
      const split = splitLines(bytes, position.skipping);
      if (split.takenBytes === 0) return true;
      const next = await this.advance(handle, file, position, bytes.subarray(0, split.takenBytes), split.skipping);
      if (next === null) return false;
      const topic = topicOfPath(position.path);
      await intake.offer({ source, messages: split.lines.map(payload => ({ topic, payload })), write: () => store.setState(this.stateName(id), encodePosition(next)) });
      this.positions.set(id, next);
      if (split.tooLong === 0) continue;
      onDropped('lineTooLong', split.tooLong);
      log(`file source "${source}": "${position.path}" has ${split.tooLong} lines of more than ${LINE_BYTES_MAX} bytes before byte ${next.offset}; they were left out.`);
    }
    return false;
  }

  /** The position after `taken`; null when the file was cut before `taken` was read, so that these bytes may not follow the ones before. */
  private async advance(handle: Handle, { id, bornMs }: Known, position: TailPosition, taken: Uint8Array, skipping: boolean): Promise<TailPosition | null> {
    const offset = position.offset + taken.length;
    const headBytes = Math.min(HEAD_BYTES_MAX, offset);
    const head = position.offset === 0 ? taken.subarray(0, headBytes) : await this.files.read(handle, 0, headBytes);
    if (hashOf(head.subarray(0, position.headBytes)) !== position.headHash) return null;
    const tail = taken.subarray(-TAIL_BYTES_MAX);
    return { id, bornMs, path: position.path, offset, skipping, headBytes: head.length, headHash: hashOf(head), tailBytes: tail.length, tailHash: hashOf(tail) };
  }

  private async positionAt(handle: Handle, { id, bornMs, path }: FoundFile, offset: number): Promise<TailPosition> {
    const headBytes = Math.min(HEAD_BYTES_MAX, offset);
    const tailBytes = Math.min(TAIL_BYTES_MAX, offset);
    const [head, tail] = [await this.files.read(handle, 0, headBytes), await this.files.read(handle, offset - tailBytes, tailBytes)];
    return { id, bornMs, path, offset, skipping: false, headBytes, headHash: hashOf(head), tailBytes, tailHash: hashOf(tail) };
  }

  /** Reads what was written to files before and shortly after they left the folder. Their positions are kept while there is room: a folder may be away for a while. */
  private async finishGone(present: ReadonlySet<string>): Promise<void> {
    for (const position of [...this.positions.values()]) {
      const { id } = position;
      if (present.has(id) || this.polling.interrupted) continue;
      const handle = this.files.has(id) ? await this.files.open(id, '') : null;
      if (handle !== null) await this.readOn(handle, position);
      const looks = (this.gone.get(id) ?? 0) + 1;
      this.gone.set(id, looks);
      if (looks >= LOOKS_MAX) await this.files.close(id);
    }
    for (const id of this.gone.keys()) {
      if (this.positions.size <= FILES_MAX) return;
      await this.forget(id);
    }
  }

  private async forget(id: string): Promise<void> {
    const { intake, source, store } = this.options;
    await this.files.close(id);
    await intake.offer({ source, messages: [], write: () => store.deleteState(this.stateName(id)) });
    this.positions.delete(id);
    this.gone.delete(id);
    this.cut.delete(id);
    this.quiet.delete(id);
  }

  private async openFile(id: string, file: string): Promise<Handle | null> {
    try {
      return await this.files.open(id, file);
    } catch (error) {
      if (!isGone(error)) throw error;
      const words = `file source "${this.options.source}": ${error instanceof Error ? error.message : String(error)}`;
      if (this.problem === null && !words.includes('ENOENT')) this.options.log(words, { event: 'source.failed', severity: 'warn' });
      return null;
    }
  }

  private stateName(id: string): string {
    return `tail:${this.options.session}/${id}`;
  }
}

function startOf(file: FoundFile): TailPosition {
  return { id: file.id, bornMs: file.bornMs, path: file.path, offset: 0, skipping: false, headBytes: 0, headHash: NOTHING, tailBytes: 0, tailHash: NOTHING };
}

/** Names that rotation gives to copies: the name of the original and something after it, `app.log.1`, `app.log-20260101`. */
function isCopyName(path: string, original: string): boolean {
  return path.startsWith(original) && /^[.\-_~]./.test(path.slice(original.length));
}
