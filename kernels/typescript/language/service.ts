import ts from 'typescript';
import { LittoralError } from '../../../engine/error';
import type { CompileResult, Completeness, CompletionItem, Completions, LanguagePort, Problem, SignatureHelp } from '../language-port';
import type { MimeBundle } from '../ports';
import { compileCell } from '../transform/compile';
import { CellSyntaxError } from '../transform/syntax-error';
import { completeness } from './completeness';
import { completionType, lineAndColumn, problemsIn, quickInfoBundle, quickInfoMarkdown, signatureBundle, signatureHelp } from './format';
import { GLOBALS_PATH, GLOBALS_TEXT } from './globals';
import { NotebookView } from './notebook-view';
import type { CellModule } from './notebook-view';
import type { LibraryTypes } from './virtual-files';
import { VirtualFiles } from './virtual-files';

const ITEMS_MAX = 500;
const DETAILED_ITEMS_MAX = 100;
const DOCUMENTS = '/documents/';

interface Loaded {
  readonly files: VirtualFiles;
  readonly service: ts.LanguageService;
}

/**
 * Compiler and type checker for all notebooks and documents of a page. Compiling needs no types, so cells run while the
 * library is still being loaded.
 */
export class LanguageService implements LanguagePort {
  private readonly notebooks = new Map<string, NotebookView>();
  private readonly documents = new Map<string, string>();
  private readonly loaded: Promise<Loaded>;
  private nextFolder = 1;
  private nextSource = 1;

  constructor(library: Promise<LibraryTypes>) {
    this.loaded = library.then(types => {
      const files = new VirtualFiles(types);
      files.set(GLOBALS_PATH, GLOBALS_TEXT);
      return { files, service: ts.createLanguageService(files) };
    });
    this.loaded.catch(() => undefined);
  }

  async warm(): Promise<void> {
    const text = "import { pipeline } from 'littoral';\nconst text = 'a';\ntext.";
    await this.openFile('warm-up.ts', text);
    await this.completeFile('warm-up.ts', text.length);
    await this.diagnoseFile('warm-up.ts');
    await this.closeFile('warm-up.ts');
  }

  compile(notebook: string, source: string, number: number): Promise<CompileResult> {
    const view = this.view(notebook);
    try {
      const cell = compileCell({ source, sourceName: `littoral-cell-${number}-${this.nextSource++}`, known: view.known });
      return Promise.resolve({ ok: true, cell, checkId: view.add(source, cell).id });
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) return Promise.reject(error instanceof Error ? error : new Error(String(error)));
      const start = Math.min(error.offset, source.length);
      return Promise.resolve({ ok: false, problem: { code: '', message: error.message, ...lineAndColumn(source, start), start, end: start, severity: 'error' } });
    }
  }

  async problems(notebook: string, checkId: number): Promise<readonly Problem[]> {
    const view = this.view(notebook);
    const module = view.find(checkId);
    if (module === null) return [];
    const { service } = await this.open(view, module);
    return problemsIn([...service.getSyntacticDiagnostics(module.path), ...service.getSemanticDiagnostics(module.path)], module.source, module.shift);
  }

  async complete(notebook: string, source: string, offset: number): Promise<Completions> {
    const view = this.view(notebook);
    const module = view.draft(source);
    const { service } = await this.open(view, module);
    return completionsAt(service, module.path, source, offset, module.shift);
  }

  async inspect(notebook: string, source: string, offset: number): Promise<MimeBundle | null> {
    const view = this.view(notebook);
    const module = view.draft(source);
    const { service } = await this.open(view, module);
    const info = quickInfoNear(service, module.path, offset + module.shift);
    if (info !== undefined) return quickInfoBundle(info);
    const items = service.getSignatureHelpItems(module.path, offset + module.shift, undefined);
    return items === undefined ? null : signatureBundle(signatureHelp(items));
  }

  completeness(source: string): Promise<Completeness> {
    return Promise.resolve(completeness(source));
  }

  async reset(notebook: string): Promise<void> {
    const view = this.notebooks.get(notebook);
    if (view === undefined) return;
    this.notebooks.delete(notebook);
    const { files } = await this.loaded;
    for (const path of view.paths) files.delete(path);
  }

  async openFile(path: string, text: string): Promise<void> {
    await this.updateFile(path, text);
  }

  async updateFile(path: string, text: string): Promise<void> {
    this.documents.set(path, text);
    const { files } = await this.loaded;
    files.set(documentPath(path), text);
  }

  async closeFile(path: string): Promise<void> {
    this.documents.delete(path);
    const { files } = await this.loaded;
    files.delete(documentPath(path));
  }

  async completeFile(path: string, offset: number): Promise<Completions> {
    const { service } = await this.openDocument(path);
    return completionsAt(service, documentPath(path), this.documents.get(path) ?? '', offset, 0);
  }

  async hoverFile(path: string, offset: number): Promise<{ markdown: string; start: number; end: number } | null> {
    const { service } = await this.openDocument(path);
    const info = service.getQuickInfoAtPosition(documentPath(path), offset);
    return info === undefined ? null : { markdown: quickInfoMarkdown(info), start: info.textSpan.start, end: info.textSpan.start + info.textSpan.length };
  }

  async diagnoseFile(path: string): Promise<readonly Problem[]> {
    const { service } = await this.openDocument(path);
    const file = documentPath(path);
    const diagnostics = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file), ...service.getSuggestionDiagnostics(file).filter(({ reportsDeprecated }) => reportsDeprecated !== undefined)];
    return problemsIn(diagnostics, this.documents.get(path) ?? '', 0);
  }

  async signatureFile(path: string, offset: number): Promise<SignatureHelp | null> {
    const { service } = await this.openDocument(path);
    const items = service.getSignatureHelpItems(documentPath(path), offset, undefined);
    return items === undefined ? null : signatureHelp(items);
  }

  private view(notebook: string): NotebookView {
    const known = this.notebooks.get(notebook);
    if (known !== undefined) return known;
    const made = new NotebookView(`/notebooks/${this.nextFolder++}`);
    this.notebooks.set(notebook, made);
    return made;
  }

  private async open(view: NotebookView, module: CellModule): Promise<Loaded> {
    const loaded = await this.loaded;
    for (const path of view.sweep()) loaded.files.delete(path);
    for (const { path, text } of view.all) loaded.files.set(path, text);
    loaded.files.set(module.path, module.text);
    this.setRoots(loaded.files);
    return loaded;
  }

  private async openDocument(path: string): Promise<Loaded> {
    const loaded = await this.loaded;
    if (!loaded.files.fileExists(documentPath(path))) throw new LittoralError('NO_SUCH_DOCUMENT', `document "${path}": it is not open. Call openFile first.`, { details: { path } });
    this.setRoots(loaded.files);
    return loaded;
  }

  /** Every file is a root, so that asking about another one does not make TypeScript resolve all modules again. */
  private setRoots(files: VirtualFiles): void {
    const cells = [...this.notebooks.values()].flatMap(view => view.paths).filter(path => files.fileExists(path));
    files.setRoots([GLOBALS_PATH, ...[...this.documents.keys()].map(documentPath), ...cells]);
  }
}

function documentPath(path: string): string {
  return DOCUMENTS + path.replace(/^\/+/, '');
}

function completionsAt(service: ts.LanguageService, path: string, source: string, offset: number, shift: number): Completions {
  const word = /[\w$]*$/.exec(source.slice(0, offset))?.[0] ?? '';
  const info = service.getCompletionsAtPosition(path, offset + shift, { includeCompletionsForModuleExports: false, includeCompletionsWithInsertText: false, includeSymbol: true });
  const span = info?.optionalReplacementSpan;
  const start = span !== undefined && span.start - shift <= offset ? span.start - shift : offset - word.length;
  const typed = source.slice(start, offset).toLowerCase();
  const entries = (info?.entries ?? []).filter(({ name }) => name.toLowerCase().startsWith(typed)).sort((a, b) => compare(a.sortText, b.sortText) || compare(a.name, b.name));
  const describe = itemDescriber(service, path, entries.length <= DETAILED_ITEMS_MAX);
  return { start, end: offset, items: entries.slice(0, ITEMS_MAX).map(describe) };
}

/** Types and documentation come from the symbols: asking TypeScript for an entry's details costs as much as the whole list. */
function itemDescriber(service: ts.LanguageService, path: string, withDetails: boolean): (entry: ts.CompletionEntry) => CompletionItem {
  const program = service.getProgram();
  const checker = program?.getTypeChecker();
  const file = program?.getSourceFile(path);
  return ({ name, kind, sortText, symbol }) => {
    const item = { text: name, type: completionType(kind), sortText };
    if (!withDetails || symbol === undefined || checker === undefined || file === undefined) return item;
    const type = checker.getTypeOfSymbolAtLocation(symbol, file);
    return { ...item, signature: checker.typeToString(type), documentation: ts.displayPartsToString(symbol.getDocumentationComment(checker)) };
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** At the end of a word the cursor stands behind it. */
function quickInfoNear(service: ts.LanguageService, path: string, position: number): ts.QuickInfo | undefined {
  return service.getQuickInfoAtPosition(path, position) ?? (position > 0 ? service.getQuickInfoAtPosition(path, position - 1) : undefined);
}
