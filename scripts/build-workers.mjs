// Bundles every `*.worker.ts` into one self-contained ES module: a worker that imports a shared JupyterLab module fails at run time.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as esbuild from 'esbuild';

const folders = ['worker', 'kernels', 'extension'];

/** `lib/<path of the entry>.js` for each entry, with everything inside. */
export async function buildWorkers({ root, outdir = join(root, 'lib'), entryPoints = findEntries(root), sourcemap = false }) {
  const shim = name => join(root, 'worker/shims', `${name}.ts`);
  await esbuild.build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    outbase: root,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    minify: true,
    sourcemap,
    legalComments: 'none',
    logLevel: 'error',
    // onnxruntime's wasm build asks for these only under Node; parquet-wasm and ort get their URLs from the page.
    external: ['node:*', 'module', 'worker_threads'],
    define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
    inject: [shim('process'), shim('buffer')],
    plugins: [mqttUnbundled(root, shim)]
  });
  return entryPoints.map(entry => join(outdir, relative(root, entry).replace(/\.ts$/, '.js')));
}

function findEntries(root) {
  const entries = [];
  for (const folder of folders) {
    for (const name of readdirSync(join(root, folder), { recursive: true })) {
      if (name.endsWith('.worker.ts')) entries.push(join(root, folder, name));
    }
  }
  return entries.sort();
}

/**
 * mqtt.js from its unbundled build, with Node's modules emptied and `process.nextTick` as a microtask: its published
 * browser bundle runs one timer per packet.
 */
function mqttUnbundled(root, shim) {
  const mqtt = join(root, 'node_modules/mqtt');
  const ours = /node_modules[\\/](mqtt|mqtt-packet|readable-stream|bl)[\\/]/;
  return {
    name: 'mqtt-unbundled',
    setup(build) {
      build.onResolve({ filter: /^mqtt-unbundled$/ }, () => ({ path: join(mqtt, 'build/index.js') }));
      build.onResolve({ filter: /^(process\/?|debug|url|ws|worker-timers|\.\/(tcp|tls|socks|wx|ali))$/ }, ({ path, importer }) => {
        if (!ours.test(importer)) return undefined;
        if (path.startsWith('process')) return { path: shim('process') };
        return { path: path === 'debug' ? 'debug' : 'empty', namespace: 'stand-in' };
      });
      // Formatting its debug lines costs mqtt.js a tenth of its time.
      build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: path === 'debug' ? 'module.exports = () => () => {}' : 'module.exports = {}' }));
    }
  };
}

if (process.argv[1] === import.meta.filename) {
  const root = join(import.meta.dirname, '..');
  console.log((await buildWorkers({ root })).map(path => relative(root, path)).join('\n'));
}
