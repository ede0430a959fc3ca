import { toErrorRecord } from '../../engine/error';
import { codeExcerpt, RED, RESET, YELLOW } from './excerpt';
import type { History } from './history';
import type { CellLanguage, Problem } from './language-port';
import { contentOf } from './message';
import type { Message } from './message';
import type { Outbox } from './outbox';
import type { ErrorContent, ExecuteOutcome, MimeBundle, RuntimePort } from './ports';

/** What to do about type errors: a warning under the cell, an error instead of running it, or nothing. */
export type TypeErrors = 'warn' | 'block' | 'off';

/** A runtime worker as the session drives it. */
export interface RuntimeHandle {
  readonly port: RuntimePort;
  dispose(): void;
}

export interface ExecutionOptions {
  readonly notebook: string;
  readonly language: CellLanguage;
  readonly outbox: Outbox;
  readonly history: History;
  readonly startRuntime: () => RuntimeHandle;
  /** Told when the variables of the notebook are gone with their worker. */
  readonly onStateLost: () => void;
  readonly typeErrors: () => TypeErrors;
  readonly newId: () => string;
  readonly delay: (delayMs: number) => Promise<void>;
  /** How long a worker may stay silent after an interrupt before it is replaced. */
  readonly pingTimeoutMs: number;
  /** How long a cell that has ended stays busy for its type check. */
  readonly checkTimeoutMs: number;
}

interface ExecuteContent {
  readonly code: string;
  readonly silent?: boolean;
  readonly store_history?: boolean;
  readonly user_expressions?: Readonly<Record<string, string>>;
  readonly allow_stdin?: boolean;
  readonly stop_on_error?: boolean;
}

interface Running {
  readonly cell: string;
  readonly abandon: (outcome: ExecuteOutcome) => void;
  /** The runtime has it; before that it is being compiled and checked. */
  isHandedOver: boolean;
}

const PARENTS_MAX = 2_000;
const STATE_LOST = 'the cell did not give way, so its worker was replaced and the variables of this notebook were lost. Run the cells that define them again.';

/** Runs cells one after the other, and ends them when asked. */
export class Execution {
  private readonly queue: Message[] = [];
  private readonly parents = new Map<string, Message>();
  private runtime: RuntimeHandle;
  private running: Running | null = null;
  private isDraining = false;
  private isCheckerMissed = false;
  private count = 0;

  constructor(private readonly options: ExecutionOptions) {
    this.runtime = options.startRuntime();
  }

  get executionCount(): number {
    return this.count;
  }

  get port(): RuntimePort {
    return this.runtime.port;
  }

  /** The request whose output `cell` names. */
  parent(cell: string): Message | null {
    return this.parents.get(cell) ?? null;
  }

  /** Makes outputs that name `cell` children of `message`. */
  adopt(cell: string, message: Message): void {
    this.parents.set(cell, message);
    const [oldest] = this.parents.keys();
    if (this.parents.size > PARENTS_MAX && oldest !== undefined) this.parents.delete(oldest);
  }

  enqueue(message: Message): void {
    this.queue.push(message);
    void this.drain();
  }

  /** Ends the running cell: by its abort signal, and when its worker does not even answer, by replacing the worker. */
  async interrupt(): Promise<void> {
    const { running } = this;
    if (running === null) return;
    if (!running.isHandedOver) return running.abandon({ status: 'error', error: interruption('the cell was interrupted') });
    const { port } = this.runtime;
    const isAlive = await Promise.race([this.askToStop(port, running.cell), this.options.delay(this.options.pingTimeoutMs).then(() => false)]);
    if (isAlive || this.running !== running) return;
    this.replaceRuntime();
    running.abandon({ status: 'error', error: interruption(STATE_LOST) });
  }

  dispose(): void {
    this.queue.length = 0;
    this.runtime.dispose();
    this.running?.abandon({ status: 'error', error: interruption('the kernel was shut down') });
  }

  private replaceRuntime(): void {
    this.runtime.dispose();
    this.runtime = this.options.startRuntime();
    this.options.onStateLost();
  }

  private async askToStop(port: RuntimePort, cell: string): Promise<boolean> {
    await port.cancel(cell);
    await port.ping();
    return true;
  }

  private async drain(): Promise<void> {
    if (this.isDraining) return;
    this.isDraining = true;
    for (let message = this.queue.shift(); message !== undefined; message = this.queue.shift()) await this.serve(message);
    this.isDraining = false;
  }

  private async serve(message: Message): Promise<void> {
    const { outbox } = this.options;
    outbox.status(message, 'busy');
    const checks: Promise<void>[] = [];
    try {
      await this.execute(message, contentOf<ExecuteContent>(message), checks);
    } finally {
      await Promise.race([Promise.all(checks), this.options.delay(this.options.checkTimeoutMs)]);
      outbox.status(message, 'idle');
    }
  }

  private abort(requests: readonly Message[]): void {
    const { outbox } = this.options;
    for (const waiting of requests) {
      outbox.status(waiting, 'busy');
      outbox.reply(waiting, 'execute_reply', { status: 'aborted', execution_count: this.count });
      outbox.status(waiting, 'idle');
    }
  }

  private async execute(message: Message, content: ExecuteContent, checks: Promise<void>[]): Promise<void> {
    const { outbox, history } = this.options;
    const { code, silent = false } = content;
    const isStored = !silent && content.store_history !== false;
    if (isStored) {
      this.count += 1;
      history.add(this.count, code);
    }
    const number = this.count;
    if (!silent) outbox.publish(message, 'execute_input', { code, execution_count: number });
    const outcome = await this.guarded(message, running => this.compileAndRun(running, content, number, checks));
    if (outcome.status === 'error') {
      const waiting = content.stop_on_error === true ? this.queue.splice(0) : [];
      if (!silent) outbox.publish(message, 'error', outcome.error);
      outbox.reply(message, 'execute_reply', { status: 'error', execution_count: number, ...outcome.error, user_expressions: {}, payload: [] });
      this.abort(waiting);
      return;
    }
    if (outcome.result !== null && !silent) {
      outbox.publish(message, 'execute_result', { execution_count: number, ...outcome.result });
      if (isStored) history.setOutput(number, String(outcome.result.data['text/plain'] ?? ''));
    }
    const userExpressions = await this.userExpressions(message, content.user_expressions ?? {}, number);
    outbox.reply(message, 'execute_reply', { status: 'ok', execution_count: number, user_expressions: userExpressions, payload: [] });
  }

  /** Whatever comes first: the end of `job`, or its being abandoned. */
  private async guarded(message: Message, job: (running: Running) => Promise<ExecuteOutcome>): Promise<ExecuteOutcome> {
    const cell = this.options.newId();
    this.adopt(cell, message);
    try {
      return await new Promise<ExecuteOutcome>((resolve, reject) => {
        const running = { cell, abandon: resolve, isHandedOver: false };
        this.running = running;
        job(running).then(resolve, reject);
      });
    } catch (error) {
      return failure(error);
    } finally {
      this.running = null;
    }
  }

  private async compileAndRun(running: Running, content: ExecuteContent, number: number, checks: Promise<void>[]): Promise<ExecuteOutcome> {
    const { language, notebook } = this.options;
    const { code, silent = false, allow_stdin: allowStdin = false } = content;
    if (code.trim() === '') return { status: 'ok', result: null };
    const compiled = await language.compile(notebook, code, number);
    if (!compiled.ok) return { status: 'error', error: problemsError('SyntaxError', [compiled.problem], code, number) };
    const policy = silent ? 'off' : this.options.typeErrors();
    const parent = this.parent(running.cell);
    if (policy === 'block' && parent !== null) {
      const errors = await this.typeErrors(parent, compiled.checkId);
      if (errors.length > 0) return { status: 'error', error: problemsError('TypeCheckError', errors, code, number) };
    }
    if (this.running !== running) return { status: 'error', error: interruption('the cell was interrupted') };
    if (policy === 'warn') checks.push(this.warn(running.cell, compiled.checkId, number));
    running.isHandedOver = true;
    return await this.runtime.port.execute({ cell: running.cell, number, compiled: compiled.cell, silent, allowStdin });
  }

  private async warn(cell: string, checkId: number, number: number): Promise<void> {
    const parent = this.parent(cell);
    if (parent === null) return;
    const problems = await this.typeErrors(parent, checkId);
    if (problems.length === 0) return;
    const lines = problems.map(one => `${YELLOW}warning${RESET} cell [${number}] ${one.line}:${one.column} ${one.code}: ${one.message}`);
    this.options.outbox.publish(parent, 'stream', { name: 'stderr', text: `${lines.join('\n')}\n` });
  }

  /** A language service that fails is said once and keeps no cell from running. */
  private async typeErrors(parent: Message, checkId: number): Promise<readonly Problem[]> {
    try {
      return (await this.options.language.problems(this.options.notebook, checkId)).filter(({ severity }) => severity === 'error');
    } catch (error) {
      if (!this.isCheckerMissed) this.options.outbox.publish(parent, 'stream', { name: 'stderr', text: `${YELLOW}warning${RESET} type errors are not looked for: ${toErrorRecord(error).message}\n` });
      this.isCheckerMissed = true;
      return [];
    }
  }

  private async userExpressions(message: Message, expressions: Readonly<Record<string, string>>, number: number): Promise<Record<string, object>> {
    const answers: Record<string, object> = {};
    for (const [name, code] of Object.entries(expressions)) {
      const outcome = await this.guarded(message, running => this.compileAndRun(running, { code, silent: true }, number, []));
      answers[name] = outcome.status === 'ok' ? { status: 'ok', ...(outcome.result ?? EMPTY_BUNDLE) } : { status: 'error', ...outcome.error };
    }
    return answers;
  }
}

const EMPTY_BUNDLE: MimeBundle = { data: {}, metadata: {} };

/** A failure of the kernel's own parts, not of the user's code. */
function failure(error: unknown): ExecuteOutcome {
  const { code, message } = toErrorRecord(error);
  return { status: 'error', error: { ename: code, evalue: message, traceback: [`${RED}${code}${RESET}: ${message}`] } };
}

function interruption(words: string): ErrorContent {
  return { ename: 'Interrupted', evalue: words, traceback: [`${RED}Interrupted${RESET}: ${words}`] };
}

function problemsError(ename: string, problems: readonly Problem[], source: string, number: number): ErrorContent {
  const [first] = problems;
  const traceback = problems.flatMap(({ code, message, line, column }) => [
    `${RED}${ename}${RESET}${code === '' ? '' : ` ${code}`}: ${message}`,
    ...codeExcerpt({ title: `cell [${number}] ${line}:${column}`, source, line, column })
  ]);
  return { ename, evalue: first === undefined ? '' : `${first.message} (${first.line}:${first.column})`, traceback };
}
