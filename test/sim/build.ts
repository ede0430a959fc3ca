import fs, { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { build, type Plugin, type PluginBuild } from 'esbuild';
import type { PlantedBug } from './planted-bugs';

const ROOT = join(import.meta.dirname, '..', '..');
const OWN = join(ROOT, 'test/sim');
/** Where the agent meets the machine: each of these is the simulated machine's, seen from `edge/`. */
const DOORS: Readonly<Record<string, string>> = {
  'edge/store/driver': 'driver',
  'edge/host/evidence': 'evidence',
  'edge/host/bundle-crypto': 'bundle-crypto'
};
/** The world looks at what these do: file → module whose `watch` takes a class of it and gives one that tells. */
const WATCHED: Readonly<Record<string, string>> = {
  'edge/agent/journal.ts': 'journal',
  'edge/mqtt/packet-ledger.ts': 'packet-ledger'
};
const NODE_DOORS: Readonly<Record<string, string>> = { 'node:fs': 'fs', 'node:fs/promises': 'fs', 'node:http': 'http' };
/** What the simulated machine cannot do may be imported, but not called. */
const NODE_NAMES: Readonly<Record<string, readonly string[]>> = { fs: [...Object.keys(fs), ...Object.keys(fs.promises)], http: Object.keys(http) };

/**
 * Bundles `test/sim/simulation.ts` with the simulated machine under the agent. Files that `bugs` change are in it once as they
 * are and once with each bug; which one runs is chosen while it runs (`world/planted.ts`).
 */
export async function buildSimulation(outfile: string, bugs: readonly PlantedBug[] = []): Promise<void> {
  await build({
    entryPoints: [join(OWN, 'simulation.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['@photostructure/sqlite', 'onnxruntime-web', 'onnxruntime-web/*'],
    banner: { js: "import { createRequire as simulationRequire } from 'node:module'; const require = simulationRequire(import.meta.url);" },
    logLevel: 'error',
    plugins: [{ name: 'doors', setup: addDoors }, variants(bugs)]
  });
}

function addDoors(plugin: PluginBuild): void {
  plugin.onResolve({ filter: /^\.|^node:/ }, ({ path, importer }) => {
    if (!importer.startsWith(join(ROOT, 'edge/'))) return undefined;
    const node = NODE_DOORS[path];
    if (node !== undefined) return { path: node, namespace: 'node-door' };
    const target = DOORS[join(importer, '..', path).slice(ROOT.length + 1)];
    return target === undefined ? undefined : { path: join(OWN, 'doors', `${target}.ts`) };
  });
  plugin.onLoad({ filter: /./, namespace: 'node-door' }, ({ path }) => ({ contents: nodeDoor(path), loader: 'js', resolveDir: join(OWN, 'doors') }));
}

function nodeDoor(name: string): string {
  const own = exportsOf(readFileSync(join(OWN, 'doors', `${name}.ts`), 'utf8'));
  const others = [...new Set(NODE_NAMES[name])].filter(each => !own.includes(each) && each !== 'default');
  return [`export * from './${name}';`, `export { default } from './${name}';`, "import { missing } from './missing';", ...others.map(each => `export const ${each} = missing(${JSON.stringify(`${name}.${each}`)});`)].join('\n');
}

function exportsOf(text: string): string[] {
  return [...text.matchAll(/^export (?:async )?(?:function\*?|const|class|abstract class) (\w+)/gm)].map(match => match[1] ?? '');
}

/** File → number of the bug (0: none) → text. */
function textsOf(bugs: readonly PlantedBug[]): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const texts = new Map<string, Map<number, string>>();
  const sound = (file: string): Map<number, string> => {
    const known = texts.get(file) ?? new Map([[0, readFileSync(join(ROOT, file), 'utf8')]]);
    texts.set(file, known);
    return known;
  };
  for (const file of Object.keys(WATCHED)) sound(file);
  for (const [index, bug] of bugs.entries()) {
    for (const { file, find, replace } of bug.edits) {
      const known = sound(file);
      const text = known.get(index + 1) ?? known.get(0) ?? '';
      const times = text.split(find).length - 1;
      if (times !== 1) throw new Error(`planted bug "${bug.name}": "${find}" stands ${times} times in ${file}, expected once. Adapt test/sim/planted-bugs.ts.`);
      known.set(index + 1, text.replace(find, () => replace));
    }
  }
  return texts;
}

function variants(bugs: readonly PlantedBug[]): Plugin {
  const texts = textsOf(bugs);
  return {
    name: 'variants',
    setup(plugin) {
      plugin.onResolve({ filter: /^variant:/ }, ({ path }) => ({ path: path.slice('variant:'.length), namespace: 'file' }));
      plugin.onResolve({ filter: /^\./ }, ({ path, importer }) => {
        const file = `${join(importer.replace(/\?.*$/, ''), '..', path)}.ts`.slice(ROOT.length + 1);
        return texts.has(file) ? { path: file, namespace: 'chosen' } : undefined;
      });
      plugin.onLoad({ filter: /./, namespace: 'chosen' }, ({ path }) => ({ contents: chooser(path, texts.get(path) ?? new Map()), loader: 'js', resolveDir: OWN }));
      plugin.onLoad({ filter: /\?\d+$/ }, ({ path }) => {
        const [file = '', bug = '0'] = path.slice(ROOT.length + 1).split('?');
        return { contents: texts.get(file)?.get(Number(bug)), loader: 'ts' };
      });
    }
  };
}

/** A module with the exports of `file`, those of the bug that is chosen. */
function chooser(file: string, texts: ReadonlyMap<number, string>): string {
  const bugs = [...texts.keys()];
  const names = exportsOf(texts.get(0) ?? '');
  const watcher = WATCHED[file];
  const value = (bug: string, name: string): string => (watcher === undefined ? `${bug}.${name}` : `watch(${bug}.${name}, ${JSON.stringify(name)})`);
  return [
    `import { onPlanted } from './world/planted';`,
    ...(watcher === undefined ? [] : [`import { watch } from './doors/${watcher}';`]),
    ...bugs.map(bug => `import * as bug${bug} from ${JSON.stringify(`variant:${join(ROOT, file)}?${bug}`)};`),
    `const bugs = { ${bugs.map(bug => `${bug}: bug${bug}`).join(', ')} };`,
    ...names.map(name => `export let ${name} = ${value('bug0', name)};`),
    `onPlanted(bug => { const chosen = bugs[bug] ?? bugs[0]; ${names.map(name => `${name} = ${value('chosen', name)};`).join(' ')} });`
  ].join('\n');
}
