// npm run bench: every benchmark with its reference in the same run; `--json FILE` writes the document, other words select by name.
// Comparisons with other systems run only when named (`-- peers`, `-- peers/j1`), because they install these; `--quick` makes them short.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { guarded, prepare, root, say } from './setup.mjs';
import { findChromium } from './find-chromium.mjs';
import { findMosquitto } from './find-mosquitto.mjs';

const { values, positionals } = parseArgs({ options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } }, allowPositionals: true });

/** Benchmark files below test/bench, those of `peers/` only when a word names them. */
function benchFiles() {
  const named = file => positionals.some(word => file.includes(word));
  const files = readdirSync(join(root, 'test/bench'), { recursive: true }).map(name => name.replaceAll('\\', '/')).filter(name => name.endsWith('.bench.ts'));
  return files.filter(file => named(file) || (positionals.length === 0 && !file.includes('/'))).sort();
}

const format = value => (typeof value === 'number' ? Number(value.toPrecision(4)).toLocaleString('en') : String(value));

await guarded(async () => {
  await prepare();
  process.env.LITTORAL_CHROMIUM = findChromium().path;
  process.env.LITTORAL_MOSQUITTO = findMosquitto();
  const esbuild = await import('esbuild');
  const out = join(root, '.cache/bench');
  mkdirSync(out, { recursive: true });
  const results = [];
  for (const file of benchFiles()) {
    say(file);
    const outfile = join(out, file.replaceAll('/', '-').replace(/\.ts$/, '.mjs'));
    await esbuild.build({ entryPoints: [join(root, 'test/bench', file)], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error' });
    const { bench } = await import(pathToFileURL(outfile).href);
    for (const result of await bench({ quick: values.quick })) {
      results.push(result);
      console.log(`  ${result.name}: ${format(result.value)} ${result.unit}${result.reference ? `; ${result.reference} ${format(result.referenceValue)}; ratio ${format(result.ratio)} (${format(result.min)}–${format(result.max)}, ${result.runs} runs)` : ''}`);
    }
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
});


