import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectProved } from './faults/expect-proved';
import { TARGETS } from './fuzz/targets';
import { proof } from './g9-fuzz.proof';

const CORPUS = join(import.meta.dirname, 'corpus');

it('hostile bytes of every kind are refused or taken, within time and memory', async () => {
  await expectProved(proof);
}, 300_000);

describe('an input that once was a finding', () => {
  const known = readdirSync(CORPUS).filter(name => existsSync(join(CORPUS, name)) && TARGETS[name] !== undefined);
  const files = known.flatMap(target => readdirSync(join(CORPUS, target)).map(file => ({ target, file })));

  it.each(files)('is taken or refused by $target: $file', async ({ target, file }) => {
    const folder = mkdtempSync(join(tmpdir(), 'littoral-corpus-'));
    try {
      const taker = await TARGETS[target]?.(folder);
      expect(await taker?.take(readFileSync(join(CORPUS, target, file)))).toBeTypeOf('string');
      await taker?.finish?.();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
