#!/usr/bin/env node
import { existsSync } from 'node:fs';

const entry = new URL('../lib/edge/main.mjs', import.meta.url);
if (existsSync(entry)) await import(entry.href);
else {
  process.stderr.write('littoral: this clone has not been built yet; run `npm run build` once.\n');
  process.exitCode = 3;
}
