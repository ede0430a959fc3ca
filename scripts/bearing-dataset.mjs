// Writes the engine's features of the simulated bearings as CSV: node scripts/bearing-dataset.mjs SECONDS SEED [SEED …]
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from './setup.mjs';

const [seconds, ...seeds] = process.argv.slice(2).map(Number);
if (!(seconds > 0) || seeds.length === 0) {
  console.error('usage: node scripts/bearing-dataset.mjs SECONDS SEED [SEED …]');
  process.exit(2);
}
const outfile = join(root, '.cache/bearing-features.mjs');
mkdirSync(join(root, '.cache'), { recursive: true });
await build({ entryPoints: [join(root, 'edge/plant/bearing-features.ts')], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
const { bearingFeatures } = await import(pathToFileURL(outfile).href);
console.log('seed,device,second,rms,peakHz,severity');
for (const seed of seeds) {
  for (const row of bearingFeatures({ seed, seconds })) console.log([seed, row.device, row.second, row.rms, row.peakHz, row.severity].join(','));
}
