import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'esbuild';
import { LittoralError } from '../../engine/error';
import { syntaxWords } from './syntax-words';

/** Frames of a stack, so that the line of the program is among them however deep the engine finds the error. */
const STACK_FRAMES = 50;

/** What a program imports as 'littoral'. */
export type ApiModule = Readonly<Record<string, unknown>>;

export interface ModuleSource {
  readonly code: string;
  /** The file the code comes from; its folder resolves relative imports, its name stands in errors. */
  readonly path: string;
  readonly loader: 'ts' | 'js';
}

/**
 * Bundles a module with its relative imports (code, and tables: `.json` as its value, `.csv` as its text), lets it import
 * `api` as 'littoral', runs it and returns its exports.
 * Rejects with `PIPELINE_SYNTAX` for code that does not parse; what the code throws passes through, its stack naming
 * the lines of the source.
 */
export async function runModule(source: ModuleSource, api: ApiModule): Promise<Readonly<Record<string, unknown>>> {
  const slot = Symbol.for(`littoral.module.${crypto.randomUUID()}`);
  const folder = await mkdtemp(join(tmpdir(), 'littoral-'));
  Object.defineProperty(globalThis, slot, { value: api, configurable: true });
  process.setSourceMapsEnabled(true);
  Error.stackTraceLimit = Math.max(Error.stackTraceLimit, STACK_FRAMES);
  try {
    const file = join(folder, 'program.mjs');
    await writeFile(file, await bundleModule(source, file, slot.description ?? '', Object.keys(api)));
    const module: Record<string, unknown> = await import(pathToFileURL(file).href);
    return module;
  } finally {
    Reflect.deleteProperty(globalThis, slot);
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleModule(source: ModuleSource, file: string, slot: string, names: readonly string[]): Promise<string> {
  const { build } = await import('esbuild');
  try {
    const result = await build({
      stdin: { contents: source.code, resolveDir: dirname(source.path), sourcefile: source.path, loader: source.loader },
      outfile: file,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      logLevel: 'silent',
      loader: { '.csv': 'text' },
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(source.path).href) },
      plugins: [apiPlugin(slot, names)]
    });
    return result.outputFiles[0]?.text ?? '';
  } catch (error) {
    throw new LittoralError('PIPELINE_SYNTAX', `"${source.path}": ${syntaxWords(error)}. Mend the file and try again.`, { cause: error });
  }
}

function apiPlugin(slot: string, names: readonly string[]): Plugin {
  const contents = `const api = globalThis[Symbol.for(${JSON.stringify(slot)})];\nexport const { ${names.join(', ')} } = api;\n`;
  return {
    name: 'littoral',
    setup(setup) {
      setup.onResolve({ filter: /^littoral$/ }, () => ({ path: 'littoral', namespace: 'littoral' }));
      setup.onLoad({ filter: /.*/, namespace: 'littoral' }, () => ({ contents, loader: 'js' }));
    }
  };
}
