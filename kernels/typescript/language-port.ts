import type { MimeBundle } from './ports';
import type { CompiledCell } from './transform/compile';

/** A place in a cell; lines and columns are 1-based. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
  /** 0-based, exclusive end. */
  readonly start: number;
  readonly end: number;
  readonly severity: 'error' | 'warning' | 'hint';
}

export type CompileResult =
  | { readonly ok: true; readonly cell: CompiledCell; /** Hand to `problems` for the type errors of this very execution. */ readonly checkId: number }
  | { readonly ok: false; readonly problem: Problem };

export interface CompletionItem {
  readonly text: string;
  /** Kind as JupyterLab draws it: function, method, property, class, interface, keyword, module, variable, … */
  readonly type: string;
  readonly signature?: string;
  readonly documentation?: string;
  readonly sortText: string;
}
export interface Completions {
  readonly items: readonly CompletionItem[];
  /** 0-based offsets of the text that an item replaces. */
  readonly start: number;
  readonly end: number;
}
export type Completeness = { readonly status: 'complete' | 'invalid' | 'unknown' } | { readonly status: 'incomplete'; readonly indent: string };

export interface SignatureInfo {
  readonly label: string;
  readonly documentation: string;
  readonly parameters: readonly { readonly label: string; readonly documentation: string }[];
}
export interface SignatureHelp {
  readonly signatures: readonly SignatureInfo[];
  readonly activeSignature: number;
  readonly activeParameter: number;
}

/** The language service for the cells of kernels. Offsets are 0-based UTF-16 positions in the text. */
export interface CellLanguage {
  /** Loads the library and answers one completion, so that the first real one is quick. */
  warm(): Promise<void>;
  /** Compiles a cell of `notebook` and makes its declarations known to later cells. */
  compile(notebook: string, source: string, number: number): Promise<CompileResult>;
  problems(notebook: string, checkId: number): Promise<readonly Problem[]>;
  complete(notebook: string, source: string, offset: number): Promise<Completions>;
  inspect(notebook: string, source: string, offset: number): Promise<MimeBundle | null>;
  completeness(source: string): Promise<Completeness>;
  /** Forgets everything that cells of `notebook` declared. */
  reset(notebook: string): Promise<void>;
}

/** The language service for open documents; paths are names of documents, e.g. `plant/bearing.pipeline.ts`. */
export interface DocumentLanguage {
  openFile(path: string, text: string): Promise<void>;
  updateFile(path: string, text: string): Promise<void>;
  closeFile(path: string): Promise<void>;
  completeFile(path: string, offset: number): Promise<Completions>;
  hoverFile(path: string, offset: number): Promise<{ readonly markdown: string; readonly start: number; readonly end: number } | null>;
  diagnoseFile(path: string): Promise<readonly Problem[]>;
  signatureFile(path: string, offset: number): Promise<SignatureHelp | null>;
}

export type LanguagePort = CellLanguage & DocumentLanguage;
