import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { TypeScriptKernel } from '../../kernels/typescript/kernel';
import { IDataService } from '../services/tokens';

let restoreInterrupt: () => void = () => undefined;

/**
 * Nothing of @jupyterlite/services is imported statically and none of its tokens is required: in JupyterLab without
 * jupyterlab-hybrid-kernels that shared module does not exist, and the whole extension would fail with it.
 */
export const kernelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'littoral:kernel',
  description: 'Registers the TypeScript kernel that runs in this page.',
  autoStart: true,
  requires: [IDataService],
  activate: async (app: JupyterFrontEnd, data: IDataService) => {
    const lite = await import('@jupyterlite/services').catch(() => null);
    const specs = lite && (await app.resolveOptionalService(lite.IKernelSpecs));
    if (!lite || !specs) {
      console.info('Littoral: this host has no kernels in the browser (install jupyterlab-hybrid-kernels for the TypeScript kernel); streams, lake and pipelines work without.');
      return;
    }
    const { createKernel, installInterrupt, kernelSpec } = await import('../../kernels/typescript/plugin-parts');
    const kernels = new Map<string, TypeScriptKernel>();
    specs.register({
      spec: kernelSpec,
      create: options => {
        const kernel = createKernel(options, { contents: app.serviceManager.contents, enginePort: () => enginePort(data), typeErrors: () => data.settings.value.typeErrors });
        kernels.set(kernel.id, kernel);
        kernel.disposed.connect(() => {
          if (kernels.get(kernel.id) === kernel) kernels.delete(kernel.id);
        });
        return Promise.resolve(kernel);
      }
    });
    restoreInterrupt = installInterrupt(await app.resolveOptionalService(lite.IKernelClient), kernels);
  },
  deactivate: () => restoreInterrupt()
};

/** One end of a channel whose other end serves the page's data engine; starts the engine. */
async function enginePort(data: IDataService): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel();
  await (await data.engine()).addPort(port2);
  return port1;
}
