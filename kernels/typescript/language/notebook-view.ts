import type { BindingKind } from '../transform/bindings';
import type { CompiledCell } from '../transform/compile';
import { sourceNames } from './declared-types';

/** A cell as a module: what earlier cells declared, the cell itself, and its declarations as exports. */
export interface CellModule {
  readonly path: string;
  readonly text: string;
  /** Where the cell's own text begins in `text`. */
  readonly shift: number;
  readonly source: string;
}

interface View {
  /** Module that declares the name; `null`: assigned without a declaration, so nothing is known of its type. */
  readonly module: string | null;
  /** Later cells may assign to it, which an import would forbid. */
  readonly isMutable: boolean;
}

/** Modules that are kept for a check that may still be asked for. */
const RECENT_MAX = 8;

/**
 * The names of one notebook, for the compiler and for the type checker. Declaring a name again replaces its value and
 * its type; closures of older cells keep the module, and so the type, that they were written against.
 */
export class NotebookView {
  readonly known = new Map<string, BindingKind>();
  private readonly views = new Map<string, View>();
  private readonly modules = new Map<string, { readonly module: CellModule; readonly imports: readonly string[] }>();
  private sequence = 0;

  constructor(private readonly folder: string) {}

  /** The module for a cell that is being edited. */
  draft(source: string): CellModule {
    return this.module(`${this.folder}/draft.ts`, source, sourceNames(source).all, []).module;
  }

  /** Takes up a compiled cell: its module, and the names that later cells see. */
  add(source: string, cell: CompiledCell): { readonly id: number; readonly module: CellModule } {
    const id = ++this.sequence;
    const path = `${this.folder}/c${id}.ts`;
    const { types, ambient, exported } = sourceNames(source);
    const declared = cell.declared.filter(([, kind]) => kind !== 'implicit');
    const own = new Set([...declared.map(([name]) => name), ...types, ...ambient]);
    const made = this.module(path, source, own, [...own].filter(name => !exported.has(name)));
    this.modules.set(path, made);
    for (const [name, kind] of cell.declared) {
      if (kind !== 'implicit' || !this.known.has(name)) this.known.set(name, kind);
      if (kind === 'implicit' && !this.views.has(name)) this.views.set(name, { module: null, isMutable: true });
    }
    const mutable = new Set(declared.flatMap(([name, kind]) => ((kind === 'let' || kind === 'var') && !types.has(name) ? [name] : [])));
    for (const name of own) this.views.set(name, { module: path, isMutable: mutable.has(name) });
    return { id, module: made.module };
  }

  find(id: number): CellModule | null {
    return this.modules.get(`${this.folder}/c${id}.ts`)?.module ?? null;
  }

  /** Forgets modules that no name leads to any more; gives their paths. */
  sweep(): string[] {
    const reached = new Set<string>();
    const reach = (path: string): void => {
      if (reached.has(path)) return;
      reached.add(path);
      this.modules.get(path)?.imports.forEach(reach);
    };
    for (const { module } of this.views.values()) if (module !== null) reach(module);
    for (let id = this.sequence; id > this.sequence - RECENT_MAX; id -= 1) reach(`${this.folder}/c${id}.ts`);
    const dropped = [...this.modules.keys()].filter(path => !reached.has(path));
    for (const path of dropped) this.modules.delete(path);
    return dropped;
  }

  /** The modules of the cells that were compiled. */
  get all(): readonly CellModule[] {
    return [...this.modules.values()].map(({ module }) => module);
  }

  get paths(): readonly string[] {
    return [...this.modules.keys(), `${this.folder}/draft.ts`];
  }

  private module(path: string, source: string, own: ReadonlySet<string>, exports: readonly string[]): { module: CellModule; imports: readonly string[] } {
    const byModule = new Map<string, { name: string; isMutable: boolean }[]>();
    const parts: string[] = [];
    for (const [name, { module, isMutable }] of this.views) {
      if (own.has(name)) continue;
      if (module === null) parts.push(`declare let ${name}: any;`);
      else byModule.set(module, [...(byModule.get(module) ?? []), { name, isMutable }]);
    }
    for (const [module, names] of byModule) parts.push(...importLines(module, names));
    const prefix = `${parts.join(' ')}\n`;
    const suffix = exports.length === 0 ? '\nexport {};' : `\n;export { ${exports.join(', ')} };`;
    return { module: { path, text: prefix + source + suffix, shift: prefix.length, source }, imports: [...byModule.keys()] };
  }
}

function importLines(module: string, names: readonly { readonly name: string; readonly isMutable: boolean }[]): string[] {
  const specifier = `./${module.slice(module.lastIndexOf('/') + 1, -'.ts'.length)}`;
  const fixed = names.filter(({ isMutable }) => !isMutable).map(({ name }) => name);
  const mutable = names.filter(({ isMutable }) => isMutable).map(({ name }) => `declare let ${name}: typeof import('${specifier}').${name};`);
  return fixed.length === 0 ? mutable : [`import { ${fixed.join(', ')} } from '${specifier}';`, ...mutable];
}
