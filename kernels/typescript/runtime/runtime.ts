import { newId } from '../new-id';
import type { CommMessage, ExecuteOutcome, ExecuteRequest, MimeBundle, PagePort, RuntimePort } from '../ports';
import { Comms } from './comms';
import { createConsole } from './console';
import type { CellContext } from './context';
import { ContextTracker, Interrupted } from './context';
import { createFiles } from './files';
import { Modules } from './modules';
import type { ModuleMap } from './modules';
import { createNotebookApi, orAbort } from './notebook-api';
import type { NotebookApi } from './notebook-api';
import { OUTPUT_LIMITS, OutputBuffer } from './output-buffer';
import type { OutputLimits } from './output-buffer';
import { bundleChars, plain, represent } from './representation';
import type { Representer } from './representation';
import type { NotebookScope } from './scope';
import { createScope } from './scope';
import type { CellTimers } from './timers';
import { createTimers } from './timers';
import { Tracebacks } from './traceback';

export interface RuntimeOptions {
  readonly page: PagePort;
  /** The worker's global object. */
  readonly globals: typeof globalThis;
  /** Evaluates a script and returns its value. */
  readonly evaluate: (code: string) => unknown;
  /** More modules for cells to import, and views of their values. */
  readonly library?: (tools: LibraryTools) => Library;
  readonly limits?: OutputLimits;
}

export interface Library {
  readonly modules: ModuleMap;
  readonly representers: readonly Representer[];
}
export interface LibraryTools {
  readonly tracker: ContextTracker;
  readonly page: PagePort;
  readonly notebook: NotebookApi;
}

interface Helpers {
  readonly now: ContextTracker['now'];
  readonly back: ContextTracker['back'];
  readonly each: ContextTracker['each'];
  readonly constant: object;
  readonly meta: { readonly url: string };
  use(specifier: string, names: readonly (readonly [string, string])[]): void;
  import(specifier: unknown): Promise<unknown>;
}
type CellFunction = (scope: object, helpers: Helpers) => Promise<{ readonly value: unknown } | undefined>;

const CONTEXTS_MAX = 200;
/** V8 keeps ten frames, and those of a library can hide the cell that called it. */
const STACK_FRAMES = 50;

/** Runs compiled cells of one notebook. Knows nothing of Jupyter, workers or messages. */
export class Runtime implements RuntimePort {
  readonly tracker = new ContextTracker();
  private readonly tracebacks = new Tracebacks();
  private readonly contexts = new Map<string, CellContext>();
  private readonly scope: NotebookScope;
  private readonly comms: Comms;
  private readonly modules: Modules;
  private readonly timers: CellTimers;
  private readonly representers: Representer[] = [];

  constructor(private readonly options: RuntimeOptions) {
    const { globals, page, library } = options;
    Reflect.set(globals.Error, 'stackTraceLimit', STACK_FRAMES);
    this.comms = new Comms(this.tracker, newId);
    this.timers = createTimers({ tracker: this.tracker, globals, onError: (context, error) => this.report(context, error) });
    const notebook = createNotebookApi({
      tracker: this.tracker,
      comms: this.comms,
      representers: this.representers,
      page,
      setTimeout: (task, delayMs) => globals.setTimeout(task, delayMs),
      newId
    });
    const fs = createFiles(page);
    const extra = library?.({ tracker: this.tracker, page, notebook });
    this.representers.push(...(extra?.representers ?? []));
    this.modules = new Modules({ ...extra?.modules, 'littoral/fs': { ...fs }, 'littoral/notebook': notebook as unknown as Record<string, unknown> });
    const cellConsole = createConsole({ tracker: this.tracker, nowMs: () => globals.performance.now(), show: bundle => this.tracker.current?.output.display(bundle, null, false) });
    const { display, clearOutput, input, sleep } = notebook;
    this.scope = createScope({ globals, overlay: { console: cellConsole, display, clearOutput, input, sleep, fs, ...this.timers } });
  }

  async execute(request: ExecuteRequest): Promise<ExecuteOutcome> {
    const context = this.open(request);
    this.tracker.enter(context);
    try {
      const value = await this.run(request, context);
      return { status: 'ok', result: this.result(value) };
    } catch (error) {
      return { status: 'error', error: this.tracebacks.describe(error) };
    } finally {
      context.output.flush();
    }
  }

  cancel(cell: string): Promise<void> {
    this.contexts.get(cell)?.abort.abort(new Interrupted());
    return Promise.resolve();
  }

  ping(): Promise<void> {
    return Promise.resolve();
  }

  comm(cell: string, message: CommMessage, buffers: readonly ArrayBuffer[]): Promise<boolean> {
    const context = this.contexts.get(cell) ?? this.createContext({ cell, number: 0, silent: false, allowStdin: false });
    try {
      return Promise.resolve(this.comms.receive(context, message, buffers));
    } catch (error) {
      this.report(context, error);
      return Promise.resolve(true);
    }
  }

  /** An error that nobody caught: shown on the error stream of the cell that is speaking. */
  report(context: CellContext | null, error: unknown): void {
    if (error instanceof Interrupted) return;
    const { traceback } = this.tracebacks.describe(error);
    (context ?? this.tracker.current)?.output.write('stderr', `Uncaught ${traceback.join('\n')}\n`);
  }

  private async run({ compiled, number }: ExecuteRequest, context: CellContext): Promise<unknown> {
    this.tracebacks.register(compiled, number);
    this.scope.declare(compiled.declared.flatMap(([name, kind]) => (kind === 'implicit' ? [] : [name])));
    const body = this.options.evaluate(compiled.code) as CellFunction;
    const running = body(this.scope.object, this.helpers(number));
    const outcome = await orAbort(context.abort.signal, running);
    this.tracker.enter(context);
    return outcome?.value;
  }

  private result(value: unknown): MimeBundle | null {
    const shown = represent(value, this.representers);
    const { displayCharsMax } = this.options.limits ?? OUTPUT_LIMITS;
    if (shown === null || bundleChars(shown) <= displayCharsMax) return shown;
    return plain(`[result left out: ${bundleChars(shown)} characters, and the limit is ${displayCharsMax}. Show a part of it]`);
  }

  private helpers(number: number): Helpers {
    const { tracker, modules, scope } = this;
    return {
      now: tracker.now,
      back: tracker.back,
      each: tracker.each,
      constant: scope.constant,
      meta: { url: `cell:${number}` },
      use: (specifier, names) => modules.use(scope.object, specifier, names),
      import: specifier => Promise.resolve().then(() => modules.load(String(specifier)))
    };
  }

  private open({ cell, number, silent, allowStdin }: ExecuteRequest): CellContext {
    const context = this.createContext({ cell, number, silent, allowStdin });
    this.contexts.set(cell, context);
    const [oldest] = this.contexts.keys();
    if (this.contexts.size > CONTEXTS_MAX && oldest !== undefined) this.contexts.delete(oldest);
    return context;
  }

  private createContext({ cell, number, silent, allowStdin }: Omit<ExecuteRequest, 'compiled'>): CellContext {
    const { globals, page, limits } = this.options;
    const output = new OutputBuffer({ cell, silent, emit: event => page.output(event), schedule: (task, delayMs) => void globals.setTimeout(task, delayMs), limits });
    return { cell, number, allowStdin, output, abort: new AbortController() };
  }
}
