import type { LanguageClient } from '../../kernels/typescript/language-client';
import type { editor, IDisposable, IRange, languages } from 'monaco-editor/editor';

type Monaco = typeof import('monaco-editor/editor');

const DIAGNOSE_DELAY_MS = 250;
const OWNER = 'littoral';

/** Monaco's kind of a completion, from the kind that JupyterLab draws. */
export function completionKind(monaco: Monaco, type: string): languages.CompletionItemKind {
  const { CompletionItemKind } = monaco.languages;
  const kinds: Readonly<Record<string, languages.CompletionItemKind>> = {
    function: CompletionItemKind.Function,
    method: CompletionItemKind.Method,
    property: CompletionItemKind.Property,
    class: CompletionItemKind.Class,
    interface: CompletionItemKind.Interface,
    type: CompletionItemKind.Interface,
    keyword: CompletionItemKind.Keyword,
    module: CompletionItemKind.Module,
    enum: CompletionItemKind.Enum,
    constant: CompletionItemKind.Constant,
    string: CompletionItemKind.Value
  };
  return kinds[type] ?? CompletionItemKind.Variable;
}

/** Completion, hover, signatures and diagnostics for the pipeline files that are open, from the kernel's language service. */
export class PipelineLanguage {
  /** Path of each open model, by its URI. */
  private readonly paths = new Map<string, string>();

  constructor(
    private readonly monaco: Monaco,
    private readonly client: LanguageClient
  ) {
    const { languages } = monaco;
    languages.registerCompletionItemProvider('typescript', { triggerCharacters: ['.', "'", '"', '/'], provideCompletionItems: (model, position) => this.complete(model, model.getOffsetAt(position)) });
    languages.registerHoverProvider('typescript', { provideHover: (model, position) => this.hover(model, model.getOffsetAt(position)) });
    languages.registerSignatureHelpProvider('typescript', { signatureHelpTriggerCharacters: ['(', ','], provideSignatureHelp: (model, position) => this.signature(model, model.getOffsetAt(position)) });
  }

  /** Follows `model` as the document `path` until disposed. */
  async open(model: editor.ITextModel, path: string): Promise<IDisposable> {
    const key = model.uri.toString();
    this.paths.set(key, path);
    await this.client.openFile(path, model.getValue());
    let timer: ReturnType<typeof setTimeout> | null = null;
    const diagnose = (): void => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => void this.diagnose(model, path), DIAGNOSE_DELAY_MS);
    };
    const changes = model.onDidChangeContent(() => {
      void this.client.updateFile(path, model.getValue());
      diagnose();
    });
    diagnose();
    return {
      dispose: () => {
        if (timer !== null) clearTimeout(timer);
        changes.dispose();
        this.paths.delete(key);
        void this.client.closeFile(path);
      }
    };
  }

  private async diagnose(model: editor.ITextModel, path: string): Promise<void> {
    const version = model.getVersionId();
    const problems = await this.client.diagnostics(path);
    if (model.isDisposed() || model.getVersionId() !== version) return;
    const { MarkerSeverity } = this.monaco;
    const severities = { error: MarkerSeverity.Error, warning: MarkerSeverity.Warning, hint: MarkerSeverity.Hint };
    this.monaco.editor.setModelMarkers(model, OWNER, problems.map(({ start, end, message, code, severity }) => ({ ...this.range(model, start, end), message, code, severity: severities[severity] })));
  }

  private async complete(model: editor.ITextModel, offset: number): Promise<languages.CompletionList | undefined> {
    const path = await this.sync(model);
    if (path === undefined) return undefined;
    const { items, start, end } = await this.client.complete(path, offset);
    const range = this.range(model, start, end);
    return { suggestions: items.map(item => ({ label: item.text, insertText: item.text, kind: completionKind(this.monaco, item.type), detail: item.signature, documentation: item.documentation === undefined ? undefined : { value: item.documentation }, sortText: item.sortText, range })) };
  }

  private async hover(model: editor.ITextModel, offset: number): Promise<languages.Hover | null> {
    const path = await this.sync(model);
    const hover = path === undefined ? null : await this.client.hover(path, offset);
    return hover && { contents: [{ value: hover.markdown }], range: this.range(model, hover.start, hover.end) };
  }

  private async signature(model: editor.ITextModel, offset: number): Promise<languages.SignatureHelpResult | null> {
    const path = await this.sync(model);
    const help = path === undefined ? null : await this.client.signatureHelp(path, offset);
    if (!help) return null;
    const signatures = help.signatures.map(({ label, documentation, parameters }) => ({ label, documentation: { value: documentation }, parameters: parameters.map(parameter => ({ label: parameter.label, documentation: { value: parameter.documentation } })) }));
    return { value: { signatures, activeSignature: help.activeSignature, activeParameter: help.activeParameter }, dispose: () => undefined };
  }

  /** The path of `model`, after the service has its present text. */
  private async sync(model: editor.ITextModel): Promise<string | undefined> {
    const path = this.paths.get(model.uri.toString());
    if (path !== undefined) await this.client.updateFile(path, model.getValue());
    return path;
  }

  private range(model: editor.ITextModel, start: number, end: number): IRange {
    const from = model.getPositionAt(start);
    const to = model.getPositionAt(Math.max(end, start));
    return { startLineNumber: from.lineNumber, startColumn: from.column, endLineNumber: to.lineNumber, endColumn: to.column };
  }
}
