import ts from 'typescript';

/** Texts of the type library: TypeScript's own lib files under `/lib/`, packages under `/node_modules/`. */
export interface LibraryTypes {
  readonly files: Readonly<Record<string, string>>;
}

interface VirtualFile {
  text: string;
  version: number;
}

const LIB_FOLDER = '/lib/';

/** The files that the language service sees: the fixed library below, cells and documents above. */
export class VirtualFiles implements ts.LanguageServiceHost {
  private readonly files = new Map<string, VirtualFile>();
  private readonly folders = new Set<string>(['/']);
  private roots: readonly string[] = [];
  private revision = 0;

  constructor(private readonly library: LibraryTypes) {
    for (const path of Object.keys(library.files)) this.addFolders(path);
  }

  set(path: string, text: string): void {
    const known = this.files.get(path);
    if (known?.text === text) return;
    this.revision += 1;
    this.files.set(path, { text, version: (known?.version ?? 0) + 1 });
    this.addFolders(path);
  }

  delete(path: string): void {
    if (this.files.delete(path)) this.revision += 1;
  }

  /** The files that a program starts from. */
  setRoots(roots: readonly string[]): void {
    if (roots.join('\n') === this.roots.join('\n')) return;
    this.roots = roots;
    this.revision += 1;
  }

  text(path: string): string | undefined {
    return this.files.get(path)?.text ?? (Object.hasOwn(this.library.files, path) ? this.library.files[path] : undefined);
  }

  getCompilationSettings(): ts.CompilerOptions {
    return {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      moduleDetection: ts.ModuleDetectionKind.Force,
      lib: ['lib.es2022.d.ts', 'lib.worker-subset.d.ts'],
      types: [],
      strict: true,
      noImplicitAny: false,
      skipLibCheck: true,
      noEmit: true
    };
  }

  getScriptFileNames(): string[] {
    return [...this.roots];
  }

  getScriptVersion(path: string): string {
    return String(this.files.get(path)?.version ?? 0);
  }

  getScriptSnapshot(path: string): ts.IScriptSnapshot | undefined {
    const text = this.text(path);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  }

  getProjectVersion(): string {
    return String(this.revision);
  }

  getCurrentDirectory(): string {
    return '/';
  }

  getDefaultLibFileName(): string {
    return `${LIB_FOLDER}lib.es2022.d.ts`;
  }

  fileExists(path: string): boolean {
    return this.text(path) !== undefined;
  }

  readFile(path: string): string | undefined {
    return this.text(path);
  }

  directoryExists(path: string): boolean {
    return this.folders.has(path);
  }

  useCaseSensitiveFileNames(): boolean {
    return true;
  }

  private addFolders(path: string): void {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) this.folders.add(path.slice(0, slash));
  }
}
