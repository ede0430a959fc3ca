import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { COMMANDS, PALETTE_CATEGORY } from '../commands';
import { IDataService } from '../services/tokens';
import { streamsIcon } from '../ui/icons';
import { insertCell } from './insert-cell';
import { replayCell, sourceCell } from './source-cell';
import { StreamsModel } from './streams-model';
import { StreamsPanel } from './streams-panel';

export const streamsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'littoral:streams',
  description: 'The Streams panel: connections, topics, recordings.',
  autoStart: true,
  requires: [IDataService],
  optional: [INotebookTracker, ICommandPalette, ILayoutRestorer],
  activate: (app: JupyterFrontEnd, data: IDataService, notebooks: INotebookTracker | null, palette: ICommandPalette | null, restorer: ILayoutRestorer | null) => {
    const panel = new StreamsPanel({
      model: new StreamsModel(data),
      onInsert: source => insertCell(app, notebooks, sourceCell(source)),
      onInsertReplay: recording => insertCell(app, notebooks, replayCell(recording)),
      onOpenRun: runId => void app.commands.execute(COMMANDS.openRuns, { runId })
    });
    app.shell.add(panel, 'left', { rank: 150 });
    restorer?.add(panel, 'littoral-streams');
    const show = (): void => app.shell.activateById(panel.id);
    app.commands.addCommand(COMMANDS.connect, { label: 'Connect to a stream…', icon: streamsIcon, execute: () => (show(), panel.addConnection()) });
    app.commands.addCommand(COMMANDS.showStreams, { label: 'Show streams', icon: streamsIcon, execute: show });
    app.commands.addCommand(COMMANDS.record, { label: 'Record topic…', execute: () => (show(), panel.recordSelected()) });
    for (const command of [COMMANDS.connect, COMMANDS.showStreams, COMMANDS.record]) palette?.addItem({ command, category: PALETTE_CATEGORY });
  }
};
