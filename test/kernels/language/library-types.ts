import { join } from 'node:path';
import type { LibraryTypes } from '../../../kernels/typescript/language/virtual-files';

interface Script {
  collectLibraryTypes(options: { readonly root: string; readonly engineFolder: string; readonly extension: '.d.ts' | '.ts' }): Record<string, string>;
}

const root = join(import.meta.dirname, '../../..');

/** The type library as the build makes it, but with the engine's sources, so that nothing has to be compiled first. */
export async function libraryTypes(): Promise<LibraryTypes> {
  const { collectLibraryTypes } = (await import(join(root, 'scripts/build-library-types.mjs'))) as Script;
  return { files: collectLibraryTypes({ root, engineFolder: join(root, 'engine'), extension: '.ts' }) };
}
