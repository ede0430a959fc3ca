import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Builds the JupyterLab extension from `lib/` (TypeScript, workers and library types must stand there) into
 * `python/littoral/labextension`. Rejects with the builder's own words when it fails.
 * @param {{ root: string }} options `root` is the clone
 */
export async function buildLabextension({ root }) {
  await build({
    absWorkingDir: root,
    entryPoints: { 'editor.worker': 'node_modules/monaco-editor/esm/vs/editor/editor.worker.js' },
    outdir: join(root, 'lib/extension/editor'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning'
  });
  await federate(root);
}

function federate(root) {
  const builder = join(root, 'node_modules/@jupyter/builder/lib/build-labextension.js');
  const core = join(root, 'node_modules/@jupyterlab/core-meta/core.package.json');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [builder, '--core-package-file', core, root], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    child.stdout.on('data', data => (words += data));
    child.stderr.on('data', data => (words += data));
    child.on('error', reject);
    child.on('exit', code => (code === 0 ? resolve() : reject(new Error(`the labextension does not build (exit code ${code}).\n${words.slice(-4000)}`))));
  });
}
