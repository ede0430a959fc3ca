import { describe, expect, test } from 'vitest';
import { VERBS } from '../../../edge/cli/verbs';
import { documentOf, littoralUnderTest, ROOT, runChild } from './littoral';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ENGINE_VERSION } from '../../../engine/version';

const littoral = littoralUnderTest();

describe('the command line', () => {
  test('the engine has the version of the package', () => {
    expect(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version).toBe(ENGINE_VERSION);
  });

  test('help names every verb and ends with 0', async () => {
    const ended = await littoral.run(['--help']);
    expect(ended.code).toBe(0);
    for (const verb of VERBS) expect(ended.stdout).toContain(`  ${verb.name} `);
  });

  test.each(VERBS.map(verb => verb.name))('`%s --help` shows usage and one example', async name => {
    const ended = await littoral.run([name, '--help']);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain(`Usage: littoral ${name}`);
    expect(ended.stdout).toMatch(/Example:\n {2}littoral /);
  });

  test('the examples on the help pages work as they stand in a clone', async () => {
    symlinkSync(join(ROOT, 'test'), littoral.path('test'));
    for (const name of ['plan', 'replay', 'validate', 'keygen', 'bundle', 'verify', 'inspect', 'decrypt', 'schema', 'explain']) {
      const [program, ...args] = (VERBS.find(verb => verb.name === name)?.example ?? '').split(' ').map(word => word.replaceAll('"', ''));
      expect(program).toBe('littoral');
      const ended = await littoral.run(args);
      expect(ended.code, `${name}: ${ended.stderr}`).toBe(0);
    }
  });

  test.each([
    ['no verb', []],
    ['a verb that does not exist', ['keyge']],
    ['an option that does not exist', ['keygen', '--kye', 'x']],
    ['an option without its value', ['keygen', '--key']],
    ['a required option missing', ['keygen', '--key', 'x']],
    ['an operand too many', ['keygen', 'x', '--key', 'a', '--trust', 'b']],
    ['a date that is none', ['keygen', '--key', 'a', '--trust', 'b', '--expires', 'soon']]
  ])('%s is wrong usage: exit code 2, one sentence, and one document with --json', async (_name, args) => {
    const words = await littoral.run(args);
    expect(words).toMatchObject({ code: 2, stdout: '' });
    expect(words.stderr.trimEnd().split('\n')).toHaveLength(1);
    const ended = await littoral.run([...args, '--json']);
    expect(ended.code).toBe(2);
    expect(documentOf(ended)).toMatchObject({ ok: false, reason: 'USAGE' });
  });

  test('a clone that is not built says how to build it', async () => {
    const path = littoral.path('edge/littoral.mjs');
    mkdirSync(littoral.path('edge'));
    copyFileSync(join(ROOT, 'edge', 'littoral.mjs'), path);
    const ended = await runChild([path, 'plan'], littoral.path('.'), {});
    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(ended.stderr).toContain('npm run build');
  });
});
