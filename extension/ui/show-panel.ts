import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

/**
 * Shows `panel` in the main area, or below the document in hosts whose main area holds one document only (Notebook 7
 * ignores a second one without a word).
 */
export function showPanel(app: JupyterFrontEnd, labShell: ILabShell | null, panel: Widget, mode?: 'split-right'): void {
  if (!panel.isAttached) {
    if (labShell) labShell.add(panel, 'main', mode && { mode });
    else app.shell.add(panel, 'down');
  }
  app.shell.activateById(panel.id);
}
