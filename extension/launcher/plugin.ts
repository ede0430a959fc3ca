import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { COMMANDS, PALETTE_CATEGORY } from '../commands';
import { PIPELINE_FACTORY, PIPELINE_TEMPLATE } from '../editor/pipeline-file';
import { KERNEL_NAME } from '../kernel/kernel-name';
import { lessonIcon, pipelineIcon, typescriptIcon } from '../ui/icons';

const FIRST_LESSON = '01-first-window.ipynb';

export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: 'littoral:launcher',
  description: 'The launcher section "Littoral" and its commands.',
  autoStart: true,
  optional: [ILauncher, ICommandPalette, IDefaultFileBrowser],
  activate: (app: JupyterFrontEnd, launcher: ILauncher | null, palette: ICommandPalette | null, browser: IDefaultFileBrowser | null) => {
    const { commands } = app;
    const folder = (): string => browser?.model.path ?? '';
    commands.addCommand(COMMANDS.newNotebook, {
      label: args => (args['isPalette'] ? 'New TypeScript notebook' : 'TypeScript notebook'),
      caption: 'A notebook whose cells build and run pipelines in this page',
      icon: typescriptIcon,
      execute: () => commands.execute('notebook:create-new', { cwd: folder(), kernelName: KERNEL_NAME })
    });
    commands.addCommand(COMMANDS.newPipeline, {
      label: args => (args['isPalette'] ? 'New pipeline file' : 'Pipeline file'),
      caption: 'A *.pipeline.ts file: the same text runs in a cell, in the workbench and at the edge',
      icon: pipelineIcon,
      execute: async () => {
        const path = await newPipelineFile(app, folder());
        return commands.execute('docmanager:open', { path, factory: PIPELINE_FACTORY });
      }
    });
    commands.addCommand(COMMANDS.openLesson, {
      label: 'Open a lesson',
      caption: 'From a live stream to the first window, in ten minutes',
      icon: lessonIcon,
      execute: () => commands.execute('docmanager:open', { path: FIRST_LESSON })
    });
    [COMMANDS.newNotebook, COMMANDS.newPipeline, COMMANDS.openLesson, COMMANDS.connect].forEach((command, rank) => {
      launcher?.add({ command, category: 'Littoral', categoryRank: -1, rank });
      if (command !== COMMANDS.connect) palette?.addItem({ command, category: PALETTE_CATEGORY, args: { isPalette: true } });
    });
  }
};

/** Writes the template under the first free name and returns its path. */
async function newPipelineFile(app: JupyterFrontEnd, folder: string): Promise<string> {
  const { contents } = app.serviceManager;
  const listing = await contents.get(folder, { content: true });
  const taken = new Set(Array.isArray(listing.content) ? (listing.content as readonly { readonly name: string }[]).map(entry => entry.name) : []);
  let count = 1;
  const name = (): string => (count === 1 ? 'untitled.pipeline.ts' : `untitled-${count}.pipeline.ts`);
  while (taken.has(name())) count += 1;
  const path = folder === '' ? name() : `${folder}/${name()}`;
  await contents.save(path, { type: 'file', format: 'text', content: PIPELINE_TEMPLATE });
  return path;
}
