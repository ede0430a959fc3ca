import type { IKernel } from '@jupyterlite/services';
import type { KernelMessage } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { contentsFiles } from './contents-files';
import type { ContentsAccess } from './contents-files';
import type { RuntimeHandle, TypeErrors } from './execution';
import type { CellLanguage } from './language-port';
import { newId } from './new-id';
import type { PagePort } from './ports';
import { Session } from './session';

export interface KernelDeps {
  readonly contents: ContentsAccess;
  /** A new control port to the page's data engine. */
  readonly enginePort: () => Promise<MessagePort>;
  readonly language: CellLanguage;
  readonly startRuntime: (page: PagePort) => RuntimeHandle;
  /** Read at each cell; default `warn`. */
  readonly typeErrors?: () => TypeErrors;
}

/**
 * The door to JupyterLite: an `IKernel` around a Session. It does not extend BaseKernel, whose lock would make completion
 * wait for the running cell and keep interrupts away from it.
 */
export class TypeScriptKernel implements IKernel {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  /** Settled at once: requests wait in the session's own queue while the workers start. */
  readonly ready = Promise.resolve();
  private readonly session: Session;
  private readonly disposedSignal = new Signal<this, void>(this);
  private disposedAlready = false;

  constructor(options: IKernel.IOptions, deps: KernelDeps) {
    this.id = options.id;
    this.name = options.name;
    this.location = options.location;
    this.session = new Session({
      notebook: options.id,
      language: deps.language,
      startRuntime: deps.startRuntime,
      files: contentsFiles(deps.contents, options.location),
      enginePort: deps.enginePort,
      send: message => options.sendMessage(message),
      typeErrors: deps.typeErrors ?? (() => 'warn'),
      newId,
      nowIso: () => new Date().toISOString(),
      delay: delayMs => new Promise(resolve => setTimeout(resolve, delayMs)),
      onShutdown: () => this.dispose()
    });
    deps.language.warm().catch((error: unknown) => console.warn('littoral: the language service did not start', error));
  }

  get isDisposed(): boolean {
    return this.disposedAlready;
  }

  get disposed(): ISignal<this, void> {
    return this.disposedSignal;
  }

  /** Returns at once: the client holds a lock around this call. */
  handleMessage(message: KernelMessage.IMessage): Promise<void> {
    this.session.handle(message);
    return Promise.resolve();
  }

  /** Ends the running cell, cooperatively if it can be, otherwise with its worker. */
  interrupt(): Promise<void> {
    return this.session.interrupt();
  }

  dispose(): void {
    if (this.disposedAlready) return;
    this.disposedAlready = true;
    this.session.dispose();
    this.disposedSignal.emit();
    Signal.clearData(this);
  }
}
