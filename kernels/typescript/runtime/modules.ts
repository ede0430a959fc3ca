import { didYouMean } from '../../../engine/did-you-mean';
import { LittoralError } from '../../../engine/error';

export type ModuleMap = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Modules that cells may import. Everything else is refused: cells run offline, with what the kernel brings along. */
export class Modules {
  constructor(private readonly modules: ModuleMap) {}

  load(specifier: string): Readonly<Record<string, unknown>> {
    const found = Object.hasOwn(this.modules, specifier) ? this.modules[specifier] : undefined;
    if (found !== undefined) return found;
    const names = Object.keys(this.modules);
    throw new LittoralError('MODULE_NOT_FOUND', `import "${specifier}": this kernel brings ${names.map(name => `"${name}"`).join(', ')} and loads nothing else.${advice(specifier)}`, { details: { specifier } });
  }

  /** Puts the imported `names` (imported, local) into `scope`; a missing one throws when it is used. */
  use(scope: object, specifier: string, names: readonly (readonly [imported: string, local: string])[]): void {
    const module = this.load(specifier);
    for (const [imported, local] of names) {
      const base = { enumerable: true, configurable: true };
      if (imported === '*') Object.defineProperty(scope, local, { ...base, value: module, writable: true });
      else if (imported in module) Object.defineProperty(scope, local, { ...base, value: module[imported], writable: true });
      else Object.defineProperty(scope, local, { ...base, ...missing(specifier, imported, module) });
    }
  }
}

/** Types are imported like values and never read; so only the use of a missing name is an error. */
function missing(specifier: string, name: string, module: object): PropertyDescriptor {
  return {
    get() {
      throw new LittoralError('EXPORT_NOT_FOUND', `import { ${name} } from "${specifier}": there is no such export.${didYouMean(name, Object.keys(module))}`, { details: { specifier, name } });
    }
  };
}

function advice(specifier: string): string {
  if (/^https?:/.test(specifier)) return ' Scripts from the network are not run; fetch data with fetch() instead.';
  if (specifier.startsWith('.') || specifier.startsWith('/')) return ' Read files with fs.readText(path).';
  return '';
}
