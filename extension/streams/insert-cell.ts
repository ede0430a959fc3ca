import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookActions } from '@jupyterlab/notebook';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { LittoralError } from '../../engine/error';
import { KERNEL_NAME } from '../kernel/kernel-name';

/**
 * Puts `source` into a new cell below the active one of the current notebook, or into a new notebook. An empty active
 * cell is filled instead. The cell is shown and has the focus afterwards.
 */
export async function insertCell(app: JupyterFrontEnd, tracker: INotebookTracker | null, source: string): Promise<void> {
  const panel = tracker?.currentWidget ?? (await newNotebook(app, tracker));
  await panel.context.ready;
  const { content } = panel;
  const active = content.activeCell?.model.sharedModel;
  if (!active || active.cell_type !== 'code' || active.getSource().trim() !== '') NotebookActions.insertBelow(content);
  content.activeCell?.model.sharedModel.setSource(source);
  app.shell.activateById(panel.id);
  content.mode = 'edit';
  if (content.activeCell) await content.scrollToCell(content.activeCell);
}

/** A new notebook whose code cells hold `sources`; the last one has the focus. */
export async function notebookOf(app: JupyterFrontEnd, tracker: INotebookTracker | null, sources: readonly string[]): Promise<void> {
  const panel = await newNotebook(app, tracker);
  await panel.context.ready;
  sources.forEach((source, index) => {
    if (index > 0) NotebookActions.insertBelow(panel.content);
    panel.content.activeCell?.model.sharedModel.setSource(source);
  });
  app.shell.activateById(panel.id);
}

async function newNotebook(app: JupyterFrontEnd, tracker: INotebookTracker | null): Promise<NotebookPanel> {
  await app.commands.execute('notebook:create-new', { kernelName: KERNEL_NAME });
  const panel = tracker?.currentWidget;
  if (!panel) throw new LittoralError('NO_NOTEBOOK', 'insert cell: no notebook is open, and this host made none. Open a notebook and insert again.');
  await panel.sessionContext.ready;
  return panel;
}
