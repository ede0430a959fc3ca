import type { RuntimeHandle, TypeErrors } from '../../../kernels/typescript/execution';
import type { CellLanguage } from '../../../kernels/typescript/language-port';
import { LanguageService } from '../../../kernels/typescript/language/service';
import type { LibraryTypes } from '../../../kernels/typescript/language/virtual-files';
import type { Channel, Message } from '../../../kernels/typescript/message';
import type { FileAccess, PagePort, RuntimePort } from '../../../kernels/typescript/ports';
import { Rpc } from '../../../kernels/typescript/rpc';
import type { RpcEndpoint } from '../../../kernels/typescript/rpc';
import type { OutputLimits } from '../../../kernels/typescript/runtime/output-buffer';
import { Runtime } from '../../../kernels/typescript/runtime/runtime';
import type { Library, LibraryTools } from '../../../kernels/typescript/runtime/runtime';
import { Session } from '../../../kernels/typescript/session';

export interface TestMessage {
  readonly channel: string;
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly parentId: string;
  readonly raw: Message;
}

export interface TestKernelOptions {
  readonly language?: CellLanguage;
  readonly startRuntime?: (page: PagePort) => RuntimeHandle;
  readonly typeErrors?: TypeErrors;
  readonly files?: FileAccess;
  readonly library?: (tools: LibraryTools) => Library;
  readonly limits?: OutputLimits;
  readonly enginePort?: () => Promise<MessagePort>;
  readonly pingTimeoutMs?: number;
}

const NO_TYPES: LibraryTypes = { files: {} };

/** A session with the real runtime behind a real message channel, in this process. */
export class TestKernel {
  readonly messages: TestMessage[] = [];
  readonly session: Session;
  private readonly watchers = new Set<() => void>();
  private readonly closers: (() => void)[] = [];
  private nextId = 1;

  constructor(options: TestKernelOptions = {}) {
    this.session = new Session({
      notebook: 'test',
      language: options.language ?? new LanguageService(Promise.resolve(NO_TYPES)),
      startRuntime: options.startRuntime ?? (page => this.startRuntime(page, options)),
      files: options.files ?? memoryFiles(),
      enginePort: options.enginePort ?? (() => Promise.reject(new Error('no data engine in this test'))),
      send: message => this.receive(message),
      typeErrors: () => options.typeErrors ?? 'off',
      newId: () => crypto.randomUUID(),
      nowIso: () => new Date().toISOString(),
      delay: delayMs => new Promise(resolve => void setTimeout(resolve, delayMs).unref()),
      pingTimeoutMs: options.pingTimeoutMs ?? 60_000,
      checkTimeoutMs: 60_000
    });
  }

  /** Sends a request; resolves with everything that answers it once the kernel is idle again. */
  async request(type: string, content: object, channel: Channel = 'shell'): Promise<TestMessage[]> {
    const id = this.send(type, content, channel);
    await this.until(() => this.answers(id).some(isIdle));
    return this.answers(id);
  }

  async execute(code: string, content: object = {}): Promise<TestMessage[]> {
    return this.request('execute_request', { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true, ...content });
  }

  send(type: string, content: object, channel: Channel = 'shell', parent: object = {}): string {
    const id = `request-${this.nextId++}`;
    const header = { msg_id: id, msg_type: type, session: 'client', username: 'user', date: new Date().toISOString(), version: '5.3' };
    this.session.handle({ header, parent_header: parent, metadata: {}, content, channel, buffers: [] } as unknown as Message);
    return id;
  }

  answers(id: string): TestMessage[] {
    return this.messages.filter(({ parentId }) => parentId === id);
  }

  /** Resolves when `condition` holds, looking after every message. */
  until(condition: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = (): void => {
        if (!condition()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  close(): void {
    this.session.dispose();
    for (const close of this.closers) close();
  }

  private receive(raw: Message): void {
    this.messages.push({
      channel: raw.channel,
      type: raw.header.msg_type,
      content: raw.content as unknown as Record<string, unknown>,
      metadata: raw.metadata as unknown as Record<string, unknown>,
      parentId: 'msg_id' in raw.parent_header ? raw.parent_header.msg_id : '',
      raw
    });
    for (const look of [...this.watchers]) look();
  }

  private startRuntime(page: PagePort, options: TestKernelOptions): RuntimeHandle {
    const { port1, port2 } = new MessageChannel();
    const evaluate = eval;
    const runtimeRpc = new Rpc<PagePort>(port2 as unknown as RpcEndpoint);
    runtimeRpc.serve(new Runtime({ page: runtimeRpc.remote as PagePort, globals: globalThis, evaluate: code => evaluate(code) as unknown, library: options.library, limits: options.limits }));
    const pageRpc = new Rpc<RuntimePort>(port1 as unknown as RpcEndpoint).serve(page);
    port1.start();
    port2.start();
    const dispose = (): void => {
      port1.close();
      port2.close();
    };
    this.closers.push(dispose);
    return { port: pageRpc.remote as RuntimePort, dispose };
  }
}

export function isIdle({ type, content }: TestMessage): boolean {
  return type === 'status' && content['execution_state'] === 'idle';
}

/** The only message of `type`; fails when there are none or several. */
export function only(messages: readonly TestMessage[], type: string): Readonly<Record<string, unknown>> {
  const found = messages.filter(message => message.type === type);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`expected one ${type}, saw ${found.length} among ${messages.map(message => message.type).join(', ')}`);
  return found[0].content;
}

export function textOf(messages: readonly TestMessage[], name: 'stdout' | 'stderr'): string {
  return messages.filter(({ type, content }) => type === 'stream' && content['name'] === name).map(({ content }) => String(content['text'])).join('');
}

/** `text/plain` of the result. */
export function resultOf(messages: readonly TestMessage[]): unknown {
  const { data } = only(messages, 'execute_result') as { data: Record<string, unknown> };
  return data['text/plain'];
}

export function memoryFiles(initial: Readonly<Record<string, string>> = {}): FileAccess & { readonly files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>(Object.entries(initial).map(([path, text]) => [path, new TextEncoder().encode(text)]));
  return {
    files,
    readFile(path) {
      const bytes = files.get(path);
      return bytes === undefined ? Promise.reject(new Error(`no file ${path}`)) : Promise.resolve(bytes);
    },
    writeFile: (path, bytes) => Promise.resolve(void files.set(path, bytes)),
    list: () => Promise.resolve([...files].map(([name, bytes]) => ({ name, kind: 'file' as const, bytes: bytes.length })))
  };
}
