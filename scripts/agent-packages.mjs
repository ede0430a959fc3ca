// node scripts/agent-packages.mjs: writes engine/bundle/sbom/agent-packages.ts anew, from what the build of the agent takes in.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const FILE = join('engine', 'bundle', 'sbom', 'agent-packages.ts');

/** The packages whose code is bundled into the agent or installed beside it, by name: `{ name, version, license }`. */
export async function agentPackages(root) {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['edge/cli/littoral.ts'],
    outdir: 'unwritten',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    external: [...Object.keys(dependencies), 'onnxruntime-web/wasm'],
    write: false,
    metafile: true,
    logLevel: 'error'
  });
  const inputs = Object.values(metafile.outputs).flatMap(output => Object.keys(output.inputs));
  const folders = inputs.map(path => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(folder => folder !== undefined);
  const all = new Set([...folders, ...Object.keys(dependencies).map(name => `node_modules/${name}`)]);
  const packages = [...all].map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    return { name, version, license };
  });
  return packages.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
}

if (process.argv[1] === import.meta.filename || process.argv[1] === new URL(import.meta.url).pathname) {
  const root = resolve(import.meta.dirname, '..');
  const path = join(root, FILE);
  const lines = (await agentPackages(root)).map(({ name, version, license }) => `  { name: '${name}', version: '${version}', license: '${license}' }`);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, `${text.slice(0, text.indexOf('[] = [') + 6)}\n${lines.join(',\n')}\n];\n`);
}
