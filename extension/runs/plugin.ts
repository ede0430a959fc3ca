import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStatusBar } from '@jupyterlab/statusbar';
import { COMMANDS, PALETTE_CATEGORY } from '../commands';
import { IDataService } from '../services/tokens';
import { runsIcon } from '../ui/icons';
import { showPanel } from '../ui/show-panel';
import type { LiveRunOptions } from './live-run-widget';
import { showReplayForm } from './replay-form';
import { rendererFactories } from './run-renderer';
import { RunsModel } from './runs-model';
import { RunsPanel } from './runs-panel';
import { StatusItem } from './status-item';

export const runsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'littoral:runs',
  description: 'Live runs in cells, in the Runs panel and in the status bar.',
  autoStart: true,
  requires: [IDataService, IRenderMimeRegistry],
  optional: [IThemeManager, IStatusBar, ICommandPalette, ILayoutRestorer, ILabShell],
  activate: (app: JupyterFrontEnd, data: IDataService, rendermime: IRenderMimeRegistry, themes: IThemeManager | null, statusBar: IStatusBar | null, palette: ICommandPalette | null, restorer: ILayoutRestorer | null, labShell: ILabShell | null) => {
    const { commands } = app;
    const options: LiveRunOptions = { data, themes, view: runActions(app, data) };
    for (const factory of rendererFactories(options)) rendermime.addFactory(factory);
    const model = new RunsModel(data);
    const tracker = new WidgetTracker<MainAreaWidget<RunsPanel>>({ namespace: 'littoral-runs' });
    commands.addCommand(COMMANDS.openRuns, {
      label: 'Show runs',
      icon: runsIcon,
      execute: async args => {
        const runId = typeof args['runId'] === 'string' ? args['runId'] : null;
        const open = tracker.currentWidget ?? new MainAreaWidget({ content: new RunsPanel(model, { ...options, onNew: () => void commands.execute(COMMANDS.newNotebook) }) });
        open.id = 'littoral-runs-tab';
        if (!tracker.has(open)) await tracker.add(open);
        if (runId !== null) open.content.select(runId);
        showPanel(app, labShell, open, 'split-right');
      }
    });
    palette?.addItem({ command: COMMANDS.openRuns, category: PALETTE_CATEGORY });
    if (restorer) void restorer.restore(tracker, { command: COMMANDS.openRuns, name: () => 'runs' });
    statusBar?.registerStatusItem('littoral:status', {
      align: 'left',
      rank: 50,
      item: new StatusItem(model, { onRuns: () => void commands.execute(COMMANDS.openRuns), onStreams: () => void commands.execute(COMMANDS.showStreams) })
    });
  }
};

function runActions(app: JupyterFrontEnd, data: IDataService): LiveRunOptions['view'] {
  const { commands } = app;
  return {
    chartMinutes: data.settings.value.chartMinutes,
    pause: async (runId, paused) => (await data.engine()).pauseRun(runId, paused),
    stop: async runId => void (await (await data.engine()).stopRun(runId)),
    replay: async (runId, place) =>
      showReplayForm(place, {
        engine: await data.engine(),
        runId,
        onStarted: started => void commands.execute(COMMANDS.openRuns, { runId: started }),
        onRecord: () => void commands.execute(COMMANDS.record)
      }),
    export: runId => void commands.execute(COMMANDS.exportBundle, { runId }),
    nextStep: snapshot => (snapshot.state === 'reconnecting' || snapshot.error?.code.startsWith('BROKER') ? { label: 'Show streams', run: () => void commands.execute(COMMANDS.showStreams) } : undefined)
  };
}
