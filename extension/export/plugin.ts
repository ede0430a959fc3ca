import { ILabShell } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { COMMANDS, PALETTE_CATEGORY } from '../commands';
import { IDataService } from '../services/tokens';
import { exportIcon } from '../ui/icons';
import { showPanel } from '../ui/show-panel';
import { toBase64 } from './base64';
import { ExportPanel } from './export-panel';

export const exportPlugin: JupyterFrontEndPlugin<void> = {
  id: 'littoral:export',
  description: 'Exports a validated pipeline as a signed bundle and deploys it to the local agent.',
  autoStart: true,
  requires: [IDataService],
  optional: [ICommandPalette, INotebookTracker, ILabShell],
  activate: (app: JupyterFrontEnd, data: IDataService, palette: ICommandPalette | null, notebooks: INotebookTracker | null, labShell: ILabShell | null) => {
    const { commands } = app;
    let panel: MainAreaWidget<ExportPanel> | null = null;
    const save = async (fileName: string, bytes: Uint8Array): Promise<string> => {
      const folder = PathExt.dirname(notebooks?.currentWidget?.context.path ?? '');
      const path = folder === '' ? fileName : `${folder}/${fileName}`;
      await app.serviceManager.contents.save(path, { type: 'file', format: 'base64', content: toBase64(bytes) });
      return path;
    };
    const open = async (runId: string | null): Promise<void> => {
      if (!panel || panel.isDisposed) {
        panel = new MainAreaWidget({ content: new ExportPanel({ data, save, onRecord: () => void commands.execute(COMMANDS.record), onNotebook: () => void commands.execute(COMMANDS.newNotebook) }) });
        panel.id = 'littoral-export-tab';
      }
      showPanel(app, labShell, panel);
      await panel.content.prepare(runId);
    };
    commands.addCommand(COMMANDS.exportBundle, {
      label: 'Export bundle…',
      icon: exportIcon,
      execute: args => open(typeof args['runId'] === 'string' ? args['runId'] : null)
    });
    commands.addCommand(COMMANDS.showAgent, { label: 'Show local agent', icon: exportIcon, execute: () => open(null) });
    for (const command of [COMMANDS.exportBundle, COMMANDS.showAgent]) palette?.addItem({ command, category: PALETTE_CATEGORY });
  }
};
