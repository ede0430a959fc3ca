import 'monaco-editor/features/register.all';
import 'monaco-editor/languages/definitions/typescript/register';
import * as monaco from 'monaco-editor/editor';
import type { ISharedFile } from '@jupyter/ydoc';
import { LanguageClient } from '../../kernels/typescript/language-client';
import { bindModel } from './bind-model';
import { PipelineLanguage } from './monaco-language';
import { monacoTheme } from './monaco-theme';

const THEME = 'littoral';
const workerUrl = new URL('./editor.worker.js', import.meta.url);
const spawn = (url: URL): Worker => new Worker(url, { type: 'module' });

let language: PipelineLanguage | null = null;
let popups: HTMLElement | null = null;

export interface OpenEditor {
  focus(): void;
  /** After a change of JupyterLab's theme. */
  applyTheme(): void;
  dispose(): void;
}

/** Opens `shared` in a Monaco editor inside `host`. This module is the lazy chunk: nothing else imports Monaco's values. */
export async function openMonaco(host: HTMLElement, options: { readonly path: string; readonly shared: ISharedFile; readonly fontSizePx: number; readonly fontFamily: string; readonly onSave: () => void; readonly onError: (error: unknown) => void }): Promise<OpenEditor> {
  const environment: { MonacoEnvironment?: monaco.Environment } = globalThis;
  environment.MonacoEnvironment ??= { getWorker: () => spawn(workerUrl) };
  applyTheme();
  const model = monaco.editor.createModel('', 'typescript', monaco.Uri.from({ scheme: 'littoral', path: `/${options.path}` }));
  const binding = bindModel(model, options.shared, monaco.editor.EndOfLineSequence.LF);
  const editor = monaco.editor.create(host, {
    model,
    theme: THEME,
    automaticLayout: true,
    minimap: { enabled: false },
    fontSize: options.fontSizePx,
    fontFamily: options.fontFamily,
    tabSize: 2,
    scrollBeyondLastLine: false,
    fixedOverflowWidgets: true,
    overflowWidgetsDomNode: popupsNode(),
    'semanticHighlighting.enabled': false,
    accessibilitySupport: 'auto',
    ariaLabel: options.path
  });
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, options.onSave);
  language ??= new PipelineLanguage(monaco, new LanguageClient());
  const following = await language.open(model, options.path).catch((error: unknown) => {
    options.onError(error);
    return null;
  });
  return {
    focus: () => editor.focus(),
    applyTheme,
    dispose: () => {
      following?.dispose();
      binding.dispose();
      editor.dispose();
      model.dispose();
    }
  };
}

function applyTheme(): void {
  monaco.editor.defineTheme(THEME, monacoTheme());
  monaco.editor.setTheme(THEME);
}

/** Popups live on the body: inside Lab's panels they would be cut off and misplaced. */
function popupsNode(): HTMLElement {
  if (popups) return popups;
  popups = document.createElement('div');
  popups.className = 'monaco-editor lt-monaco-popups';
  document.body.append(popups);
  return popups;
}
