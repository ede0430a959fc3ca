import type { KernelSpec } from '@jupyterlab/services';
import type { IKernel } from '@jupyterlite/services';
import type { ContentsAccess } from './contents-files';
import type { TypeErrors } from './execution';
import { TypeScriptKernel } from './kernel';
import { LOGO_URI } from './logo';
import { sharedLanguage, startRuntimeWorker } from './workers';

export const KERNEL_NAME = 'littoral-typescript';

export const kernelSpec: KernelSpec.ISpecModel = {
  name: KERNEL_NAME,
  display_name: 'TypeScript (Littoral)',
  language: 'typescript',
  argv: [],
  resources: { 'logo-32x32': LOGO_URI, 'logo-64x64': LOGO_URI, 'logo-svg': LOGO_URI }
};

export interface CreateKernelDeps {
  readonly contents: ContentsAccess;
  /** A new control port to the page's data engine: one end of a channel whose other end went to `EngineService.addPort`. */
  readonly enginePort: () => Promise<MessagePort>;
  /** Read at each cell; default `warn`. */
  readonly typeErrors?: () => TypeErrors;
}

/** A kernel for JupyterLite's factory: `specs.register({ spec: kernelSpec, create: async o => createKernel(o, deps) })`. */
export function createKernel(options: IKernel.IOptions, deps: CreateKernelDeps): TypeScriptKernel {
  return new TypeScriptKernel(options, { ...deps, language: sharedLanguage(), startRuntime: startRuntimeWorker });
}

interface InterruptingClient {
  interrupt(id: string): Promise<void>;
}

/**
 * JupyterLite's client never tells a kernel of an interrupt. This wraps its method: the original first, because it
 * answers the queued cells, then the kernel. Returns a function that undoes it; does nothing when the client has no such method.
 */
export function installInterrupt(client: InterruptingClient | null, kernels: ReadonlyMap<string, Pick<TypeScriptKernel, 'interrupt'>>): () => void {
  if (client === null || typeof client.interrupt !== 'function') return () => undefined;
  const original = client.interrupt;
  const wrapped = async (id: string): Promise<void> => {
    await original.call(client, id);
    await kernels.get(id)?.interrupt();
  };
  client.interrupt = wrapped;
  return () => {
    if (client.interrupt === wrapped) client.interrupt = original;
  };
}

export type { TypeErrors } from './execution';
