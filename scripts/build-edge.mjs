import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** Packages that stay outside the bundle: they carry native or WebAssembly files that are found beside their own code. */
const EXTERNAL = ['@photostructure/sqlite', 'onnxruntime-web', 'onnxruntime-web/wasm', 'esbuild'];

/**
 * Bundles the command line (`main.mjs`), the API for pipeline files (`littoral-api.mjs`) and the station of `npm start`, which
 * share their chunks, so a pipeline that a file builds is of the same classes as the command line's.
 * @param {{ root: string, outDir?: string }} options `root` is the clone; `outDir` defaults to `<root>/lib/edge`
 */
export async function buildEdge({ root, outDir = join(root, 'lib', 'edge') }) {
  await mkdir(outDir, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'edge/cli/littoral.ts', 'littoral-api': 'edge/host/littoral-api.ts', station: 'edge/station/main.ts' },
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: EXTERNAL,
    banner: { js: "import { createRequire as littoralCreateRequire } from 'node:module'; const require = littoralCreateRequire(import.meta.url);" },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true
  });
  const written = new Set(Object.keys(metafile.outputs).map(path => basename(path)));
  for (const name of await readdir(outDir)) if (name.endsWith('.mjs') && !written.has(name)) await rm(join(outDir, name));
}
