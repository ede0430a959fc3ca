// Compiles everything: TypeScript projects, workers, the command line and the labextension. Skipped while nothing has changed.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { guarded, hashOf, root, runNode, say, SetupError, stamp } from './setup.mjs';

const sources = ['engine', 'worker', 'kernels', 'extension', 'edge', 'style', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.base.json', 'tsconfig.json', 'rspack.labext.cjs'];
const products = ['lib/edge/main.mjs', 'lib/edge/station.mjs', 'python/littoral/labextension/package.json'];

export async function build() {
  const done = stamp('build', hashOf(sources, process.version));
  if (done.fresh() && products.every(path => existsSync(join(root, path)))) return;
  say('building …');
  rmSync(join(root, 'lib'), { recursive: true, force: true });
  await compile();
  const [{ buildWorkers }, { buildLibraryTypes }, { buildEdge }] = await Promise.all([import('./build-workers.mjs'), import('./build-library-types.mjs'), import('./build-edge.mjs')]);
  await Promise.all([
    buildWorkers({ root, outdir: join(root, 'lib') }),
    buildLibraryTypes({ root, outFile: join(root, 'lib/kernels/typescript/library-types.json') }),
    buildEdge({ root })
  ]);
  const { buildLabextension } = await import('./build-labextension.mjs');
  await buildLabextension({ root });
  done.set();
  say('built');
}

/** The engine's types are needed as files (completion in notebooks); the rest is only translated here and checked by `npm test`. */
async function compile() {
  const { build: translate } = await import('esbuild');
  const files = ['worker', 'kernels', 'extension'].flatMap(folder => readdirSync(join(root, folder), { recursive: true }).map(name => join(folder, name))).filter(name => name.endsWith('.ts') && !name.endsWith('.d.ts'));
  try {
    await Promise.all([
      runNode('node_modules/typescript/bin/tsc', '-p', 'engine'),
      translate({ absWorkingDir: root, entryPoints: files, outdir: 'lib', outbase: '.', format: 'esm', target: 'es2022', logLevel: 'silent' })
    ]);
  } catch (error) {
    throw new SetupError(`the TypeScript sources do not compile.\n${error.message}`);
  }
}

if (process.argv[1] === import.meta.filename) await guarded(build);
