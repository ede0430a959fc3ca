import type { KernelMessage } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { TypeScriptKernel } from '../../kernels/typescript/kernel';
import { LanguageService } from '../../kernels/typescript/language/service';
import { installInterrupt, kernelSpec } from '../../kernels/typescript/plugin-parts';

const silentRuntime = () => ({
  port: { execute: () => new Promise<never>(() => undefined), cancel: () => Promise.resolve(), ping: () => Promise.resolve(), comm: () => Promise.resolve(false) },
  dispose: () => undefined
});

function makeKernel(sent: KernelMessage.IMessage[]): TypeScriptKernel {
  return new TypeScriptKernel(
    { id: 'k', name: kernelSpec.name, location: '', sendMessage: message => void sent.push(message) },
    {
      contents: { get: () => Promise.reject(new Error('none')), save: () => Promise.reject(new Error('none')) },
      enginePort: () => Promise.reject(new Error('none')),
      language: Object.assign(new LanguageService(Promise.resolve({ files: {} })), { warm: () => Promise.resolve() }),
      startRuntime: silentRuntime
    }
  );
}

function request(type: string, content: object): KernelMessage.IMessage {
  const header = { msg_id: 'm', msg_type: type, session: 's', username: '', date: '', version: '5.3' };
  return { header, parent_header: {}, metadata: {}, content, channel: 'shell', buffers: [] } as unknown as KernelMessage.IMessage;
}

describe('the kernel as JupyterLite sees it', () => {
  it('is ready at once and returns from a message at once, also while a cell runs', async () => {
    const sent: KernelMessage.IMessage[] = [];
    const kernel = makeKernel(sent);
    await kernel.ready;
    await kernel.handleMessage(request('execute_request', { code: 'await forever' }));
    await kernel.handleMessage(request('kernel_info_request', {}));
    expect(sent.map(({ header }) => header.msg_type)).toContain('kernel_info_reply');
    kernel.dispose();
  });

  it('says once that it was disposed, and is silent afterwards', async () => {
    const sent: KernelMessage.IMessage[] = [];
    const kernel = makeKernel(sent);
    let told = 0;
    kernel.disposed.connect(() => (told += 1));
    kernel.dispose();
    kernel.dispose();
    await kernel.handleMessage(request('kernel_info_request', {}));
    expect([told, kernel.isDisposed, sent.length]).toEqual([1, true, 0]);
  });

  it('is disposed by a shutdown request', async () => {
    const kernel = makeKernel([]);
    await kernel.handleMessage(request('shutdown_request', { restart: false }));
    expect(kernel.isDisposed).toBe(true);
  });

  it('has a spec whose logos need no server', () => {
    expect(kernelSpec).toMatchObject({ name: 'littoral-typescript', display_name: 'TypeScript (Littoral)', language: 'typescript' });
    expect(Object.values(kernelSpec.resources).every(logo => logo.startsWith('data:image/svg+xml'))).toBe(true);
  });
});

describe('the wrapped interrupt of the client', () => {
  it('calls the original first, then the kernel, and can be taken off again', async () => {
    const calls: string[] = [];
    const original = (id: string): Promise<void> => Promise.resolve(void calls.push(`client ${id}`));
    const client = { interrupt: original };
    const remove = installInterrupt(client, new Map([['k', { interrupt: () => Promise.resolve(void calls.push('kernel')) }]]));
    await client.interrupt('k');
    await client.interrupt('other');
    expect(calls).toEqual(['client k', 'kernel', 'client other']);
    remove();
    expect(client.interrupt).toBe(original);
  });

  it('leaves a later wrapper of somebody else in place', () => {
    const client = { interrupt: () => Promise.resolve() };
    const remove = installInterrupt(client, new Map());
    const theirs = (): Promise<void> => Promise.resolve();
    client.interrupt = theirs;
    remove();
    expect(client.interrupt).toBe(theirs);
  });

  it('does nothing without a client', () => {
    expect(installInterrupt(null, new Map())()).toBeUndefined();
  });
});
