import type { IThemeManager } from '@jupyterlab/apputils';
import { ABCWidgetFactory, DocumentWidget } from '@jupyterlab/docregistry';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { ISharedFile } from '@jupyter/ydoc';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { el, fill } from '../ui/dom';
import { errorCard } from '../ui/error-card';
import type { OpenEditor } from './monaco-editor';

type Context = DocumentRegistry.CodeContext;

/** A pipeline file in Monaco; the editor is loaded when the first file opens. */
export class PipelineEditor extends Widget {
  private editor: OpenEditor | null = null;
  private readonly host = el('div', { class: 'lt-monaco', 'data-lm-suppress-shortcuts': 'true' });
  private readonly notice = el('div');
  private readonly onTheme = (): void => this.editor?.applyTheme();

  constructor(
    private readonly context: Context,
    private readonly themes: IThemeManager | null
  ) {
    super();
    this.addClass('lt-pipeline-editor');
    this.node.append(this.notice, this.host);
    themes?.themeChanged.connect(this.onTheme);
    void this.open();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.themes?.themeChanged.disconnect(this.onTheme);
    this.editor?.dispose();
    super.dispose();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.editor?.focus();
  }

  private async open(): Promise<void> {
    try {
      await this.context.ready;
      const { openMonaco } = await import('./monaco-editor');
      if (this.isDisposed) return;
      const style = getComputedStyle(document.body);
      const editor = await openMonaco(this.host, {
        path: this.context.path,
        shared: this.context.model.sharedModel as ISharedFile,
        fontSizePx: Number.parseFloat(style.getPropertyValue('--jp-code-font-size')) || 13,
        fontFamily: style.getPropertyValue('--jp-code-font-family') || 'monospace',
        onSave: () => void this.context.save().catch((error: unknown) => this.fail(error)),
        onError: error => this.fail(error)
      });
      if (this.isDisposed) editor.dispose();
      else this.editor = editor;
    } catch (error) {
      this.fail(error);
    }
  }

  /** Shows an error above the text, where it concerns the file. */
  fail(error: unknown): void {
    fill(this.notice, errorCard(error));
  }
}

/** Makes document tabs for `*.pipeline.ts`. */
export class PipelineFactory extends ABCWidgetFactory<DocumentWidget<PipelineEditor>, DocumentRegistry.ICodeModel> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<DocumentWidget<PipelineEditor>>,
    private readonly themes: IThemeManager | null
  ) {
    super(options);
  }

  protected createNewWidget(context: Context): DocumentWidget<PipelineEditor> {
    return new DocumentWidget({ content: new PipelineEditor(context, this.themes), context });
  }
}
