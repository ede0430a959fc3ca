import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager, WidgetTracker } from '@jupyterlab/apputils';
import type { DocumentWidget } from '@jupyterlab/docregistry';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ToolbarButton } from '@jupyterlab/ui-components';
import { notebookOf } from '../streams/insert-cell';
import { pipelineIcon, playIcon } from '../ui/icons';
import { pipelineCells } from './pipeline-cells';
import { PipelineFactory } from './pipeline-document';
import type { PipelineEditor } from './pipeline-document';
import { PIPELINE_FACTORY, PIPELINE_FILE_TYPE } from './pipeline-file';

export const editorPlugin: JupyterFrontEndPlugin<void> = {
  id: 'littoral:editor',
  description: 'Opens *.pipeline.ts files in an editor that knows the pipeline API.',
  autoStart: true,
  optional: [ILayoutRestorer, IThemeManager, INotebookTracker],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null, themes: IThemeManager | null, notebooks: INotebookTracker | null) => {
    const { docRegistry } = app;
    docRegistry.addFileType({ name: PIPELINE_FILE_TYPE, displayName: 'Pipeline', extensions: ['.pipeline.ts'], mimeTypes: ['text/typescript'], icon: pipelineIcon, fileFormat: 'text', contentType: 'file' });
    const runIn = async (widget: DocumentWidget<PipelineEditor>): Promise<void> => {
      try {
        await notebookOf(app, notebooks, pipelineCells(widget.context.path, widget.context.model.toString()));
      } catch (error) {
        widget.content.fail(error);
      }
    };
    const factory = new PipelineFactory(
      {
        name: PIPELINE_FACTORY,
        modelName: 'text',
        fileTypes: [PIPELINE_FILE_TYPE],
        defaultFor: [PIPELINE_FILE_TYPE],
        toolbarFactory: widget => [{ name: 'run', widget: new ToolbarButton({ icon: playIcon, label: 'Run in a notebook', tooltip: 'Opens a notebook with this pipeline and a live run', onClick: () => void runIn(widget) }) }]
      },
      themes
    );
    docRegistry.addWidgetFactory(factory);
    const tracker = new WidgetTracker<DocumentWidget<PipelineEditor>>({ namespace: 'littoral-pipeline' });
    factory.widgetCreated.connect((_sender, widget) => {
      widget.title.icon = pipelineIcon;
      void tracker.add(widget);
      widget.context.pathChanged.connect(() => void tracker.save(widget));
    });
    if (restorer) void restorer.restore(tracker, { command: 'docmanager:open', args: widget => ({ path: widget.context.path, factory: PIPELINE_FACTORY }), name: widget => widget.context.path });
  }
};
