// npm run bench: every benchmark with its reference in the same run; `--json FILE` writes the document, other words select by name.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { guarded, prepare, root, say } from './setup.mjs';
import { findChromium } from './find-chromium.mjs';
import { findMosquitto } from './find-mosquitto.mjs';

const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true });

const format = value => (typeof value === 'number' ? Number(value.toPrecision(4)).toLocaleString('en') : String(value));

await guarded(async () => {
  await prepare();
  process.env.LITTORAL_CHROMIUM = findChromium().path;
  process.env.LITTORAL_MOSQUITTO = findMosquitto();
  const esbuild = await import('esbuild');
  const out = join(root, '.cache/bench');
  mkdirSync(out, { recursive: true });
  const results = [];
  for (const file of readdirSync(join(root, 'test/bench')).filter(name => name.endsWith('.bench.ts')).sort()) {
    if (positionals.length > 0 && !positionals.some(word => file.includes(word))) continue;
    say(file);
    const outfile = join(out, file.replace(/\.ts$/, '.mjs'));
    await esbuild.build({ entryPoints: [join(root, 'test/bench', file)], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', logLevel: 'error' });
    const { bench } = await import(pathToFileURL(outfile).href);
    for (const result of await bench()) {
      results.push(result);
      console.log(`  ${result.name}: ${format(result.value)} ${result.unit}${result.reference ? `; ${result.reference} ${format(result.referenceValue)}; ratio ${format(result.ratio)} (${format(result.min)}–${format(result.max)}, ${result.runs} runs)` : ''}`);
    }
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
});


