import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager, WidgetTracker } from '@jupyterlab/apputils';
import type { DocumentWidget } from '@jupyterlab/docregistry';
import { pipelineIcon } from '../ui/icons';
import { PipelineFactory } from './pipeline-document';
import type { PipelineEditor } from './pipeline-document';
import { PIPELINE_FACTORY, PIPELINE_FILE_TYPE } from './pipeline-file';

export const editorPlugin: JupyterFrontEndPlugin<void> = {
  id: 'littoral:editor',
  description: 'Opens *.pipeline.ts files in an editor that knows the pipeline API.',
  autoStart: true,
  optional: [ILayoutRestorer, IThemeManager],
  activate: (app: JupyterFrontEnd, restorer: ILayoutRestorer | null, themes: IThemeManager | null) => {
    const { docRegistry } = app;
    docRegistry.addFileType({ name: PIPELINE_FILE_TYPE, displayName: 'Pipeline', extensions: ['.pipeline.ts'], mimeTypes: ['text/typescript'], icon: pipelineIcon, fileFormat: 'text', contentType: 'file' });
    const factory = new PipelineFactory({ name: PIPELINE_FACTORY, modelName: 'text', fileTypes: [PIPELINE_FILE_TYPE], defaultFor: [PIPELINE_FILE_TYPE] }, themes);
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
