import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { LittoralError } from '../../engine/error';
import { COMMANDS, PALETTE_CATEGORY } from '../commands';
import { IDataService } from '../services/tokens';
import { lakeIcon } from '../ui/icons';
import { showPanel } from '../ui/show-panel';
import type { LakeTarget } from './lake-items';
import { LakeModel } from './lake-model';
import { LakePanel } from './lake-panel';
import { SqlDesk } from './sql-desk';

export const lakePlugin: JupyterFrontEndPlugin<void> = {
  id: 'littoral:lake',
  description: 'The Lake panel and its SQL desk.',
  autoStart: true,
  requires: [IDataService, IEditorServices],
  optional: [ICommandPalette, ILayoutRestorer, IThemeManager, ILabShell],
  activate: (app: JupyterFrontEnd, data: IDataService, editors: IEditorServices, palette: ICommandPalette | null, restorer: ILayoutRestorer | null, themes: IThemeManager | null, labShell: ILabShell | null) => {
    const { commands, shell } = app;
    const model = new LakeModel(data);
    const tracker = new WidgetTracker<MainAreaWidget<SqlDesk>>({ namespace: 'littoral-sql' });
    const open = async (url: string | null, fresh: boolean): Promise<SqlDesk> => {
      await model.read({ again: false });
      const source = model.sources.find(entry => url === null || entry.url === url);
      if (!source) throw new LittoralError('NO_LAKE', 'Lake SQL: this site offers no lake. Start the workbench with npm start to get one.');
      const existing = tracker.find(desk => desk.content.url === source.url);
      const desk = !fresh && existing ? existing : new MainAreaWidget({ content: new SqlDesk({ model, url: source.url, editors, themes }) });
      if (!tracker.has(desk)) await tracker.add(desk);
      showPanel(app, labShell, desk);
      return desk.content;
    };
    const panel = new LakePanel({
      model,
      onOpen: target => void show(target),
      onSql: () => void commands.execute(COMMANDS.openSql),
      onLesson: () => void commands.execute(COMMANDS.openLesson)
    });
    const show = async (target: LakeTarget): Promise<void> => {
      if (target.kind !== 'source') (await open(target.url, false)).showTarget(target);
    };
    shell.add(panel, 'left', { rank: 160 });
    restorer?.add(panel, 'littoral-lake');
    commands.addCommand(COMMANDS.showLake, { label: 'Show lake', icon: lakeIcon, execute: () => shell.activateById(panel.id) });
    commands.addCommand(COMMANDS.openSql, {
      label: 'Query the lake with SQL',
      icon: lakeIcon,
      execute: async args => {
        const desk = await open(null, typeof args['sql'] !== 'string');
        if (typeof args['sql'] === 'string') {
          desk.sql = args['sql'];
          await desk.query();
        }
        desk.focusEditor();
      }
    });
    for (const command of [COMMANDS.showLake, COMMANDS.openSql]) palette?.addItem({ command, category: PALETTE_CATEGORY });
  }
};
