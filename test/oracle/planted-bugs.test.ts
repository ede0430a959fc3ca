import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { checkCase as sound } from './check-case';
import type { PlantedBug } from './planted-bugs';
import { PLANTED_BUGS } from './planted-bugs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SEED = 20_261;
const CASES_MAX = 3_000;
const TIMEOUT_MS = 300_000;

interface Checker {
  checkCase(seed: number): { readonly law: string } | null;
}

/** The oracle and an engine with `bug` in it. */
async function withBug(bug: PlantedBug, index: number): Promise<Checker> {
  const path = join(ROOT, bug.file);
  const text = readFileSync(path, 'utf8');
  expect(text.split(bug.find).length - 1, `"${bug.find}" stands once in ${bug.file}`).toBe(1);
  const outfile = join(ROOT, `.cache/planted-bugs/${index}.mjs`);
  await build({
    entryPoints: [join(ROOT, 'test/oracle/check-case.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: [{ name: 'planted-bug', setup: plugin => plugin.onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => (loaded === path ? { contents: text.replace(bug.find, () => bug.replace), loader: 'ts' } : undefined)) }]
  });
  return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Checker;
}

describe('the oracle finds a planted bug', () => {
  test.each(PLANTED_BUGS.map((bug, index) => [bug.name, bug, index] as const))('%s', async (_name, bug, index) => {
    const { checkCase } = await withBug(bug, index);
    let found: number | null = null;
    for (let seed = SEED; seed < SEED + CASES_MAX && found === null; seed++) if (checkCase(seed) !== null) found = seed;
    expect(found, 'a case that shows it').not.toBeNull();
    expect(sound(found!), 'the same case without the bug').toBeNull();
  }, TIMEOUT_MS);
});
