import fs, { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { PlantedBug } from './planted-bugs';

const ROOT = join(import.meta.dirname, '..', '..');
/** Where the agent meets the machine: each of these is the simulated machine's, seen from `edge/`. */
const DOORS: Readonly<Record<string, string>> = {
  'edge/store/driver': 'driver',
  'edge/agent/journal': 'journal',
  'edge/host/evidence': 'evidence',
  'edge/host/bundle-crypto': 'bundle-crypto'
};
const NODE_DOORS: Readonly<Record<string, string>> = { 'node:fs': 'fs', 'node:fs/promises': 'fs', 'node:http': 'http' };
/** What the simulated machine cannot do may be imported, but not called. */
const NODE_NAMES: Readonly<Record<string, readonly string[]>> = { fs: [...Object.keys(fs), ...Object.keys(fs.promises)], http: Object.keys(http) };

/** Bundles `entry` (path from the root) with the simulated machine under the agent, and `bug` in it. */
export async function buildSimulation(entry: string, outfile: string, bug: PlantedBug | null = null): Promise<void> {
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@photostructure/sqlite', 'onnxruntime-web', 'onnxruntime-web/*'],
    banner: { js: "import { createRequire as simulationRequire } from 'node:module'; const require = simulationRequire(import.meta.url);" },
    logLevel: 'error',
    plugins: [doors(), ...(bug === null ? [] : [planted(bug)])]
  });
}

function doors(): Plugin {
  return {
    name: 'doors',
    setup(plugin) {
      plugin.onResolve({ filter: /^\.|^node:/ }, ({ path, importer }) => {
        if (!importer.startsWith(join(ROOT, 'edge/'))) return undefined;
        const node = NODE_DOORS[path];
        if (node !== undefined) return { path: node, namespace: 'node-door' };
        const target = DOORS[join(importer, '..', path).slice(ROOT.length + 1)];
        return target === undefined ? undefined : { path: join(ROOT, 'test/sim/doors', `${target}.ts`) };
      });
      plugin.onLoad({ filter: /./, namespace: 'node-door' }, ({ path }) => ({ contents: nodeDoor(path), loader: 'js', resolveDir: join(ROOT, 'test/sim/doors') }));
    }
  };
}

function nodeDoor(name: string): string {
  const own = new Set([...readFileSync(join(ROOT, 'test/sim/doors', `${name}.ts`), 'utf8').matchAll(/^export (?:function|const) (\w+)/gm)].map(match => match[1]));
  const others = [...new Set(NODE_NAMES[name])].filter(each => !own.has(each) && each !== 'default');
  return [`export * from './${name}';`, `export { default } from './${name}';`, "import { missing } from './missing';", ...others.map(each => `export const ${each} = missing(${JSON.stringify(`${name}.${each}`)});`)].join('\n');
}

function planted(bug: PlantedBug): Plugin {
  const edits = new Map<string, readonly (readonly [find: string, replace: string])[]>();
  for (const { file, find, replace } of bug.edits) edits.set(join(ROOT, file), [...(edits.get(join(ROOT, file)) ?? []), [find, replace]]);
  return {
    name: 'planted-bug',
    setup(plugin) {
      plugin.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const found = edits.get(path);
        if (found === undefined) return undefined;
        let contents = readFileSync(path, 'utf8');
        for (const [find, replace] of found) {
          const times = contents.split(find).length - 1;
          if (times !== 1) throw new Error(`planted bug "${bug.name}": "${find}" stands ${times} times in ${path.slice(ROOT.length + 1)}, expected once`);
          contents = contents.replace(find, () => replace);
        }
        return { contents, loader: 'ts' };
      });
    }
  };
}
