// npm test: every test, or `npm test -- <part or file name>`. Closes with one line of totals.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { guarded, prepare, pythonEnvironment, root, runNode, say, SetupError } from './setup.mjs';
import { findChromium } from './find-chromium.mjs';
import { findMosquitto } from './find-mosquitto.mjs';

const only = process.argv.slice(2).filter(name => !name.startsWith('-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

const parts = {
  types: () => check('types', () => runNode('node_modules/typescript/bin/tsc', '-b')),
  unit: () => vitest('unit', 'vitest.config.mts', {}),
  e2e: async () => {
    const chromium = findChromium();
    const hosts = await pythonEnvironment('.venv-hosts', 'requirements.lock');
    await vitest('e2e', 'vitest.e2e.config.mts', { LITTORAL_CHROMIUM: chromium.path, LITTORAL_HOSTS: hosts, ...chromium.env });
  }
};

async function check(name, action) {
  say(`${name} …`);
  try {
    await action();
    totals.passed++;
  } catch (error) {
    totals.failed++;
    console.error(error.message);
  }
}

/** Runs one vitest configuration and adds its counts; a run that breaks before it has counts is one failure. */
async function vitest(name, config, env, filters = []) {
  say(`${name} tests …`);
  const report = join(root, '.cache/test', `${name}.json`);
  mkdirSync(join(root, '.cache/test'), { recursive: true });
  rmSync(report, { force: true });
  const args = ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters];
  const code = await new Promise(done =>
    spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } }).on('exit', done)
  );
  if (!existsSync(report)) {
    totals.failed++;
    return;
  }
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += counts.numPassedTests;
  totals.failed += counts.numFailedTests;
  totals.skipped += counts.numPendingTests + counts.numTodoTests;
  if (code !== 0 && counts.numFailedTests === 0) totals.failed++;
}

await guarded(async () => {
  await prepare();
  process.env.LITTORAL_MOSQUITTO = findMosquitto();
  const named = only.filter(name => name in parts);
  const files = only.filter(name => !(name in parts));
  if (only.length === 0) for (const part of Object.values(parts)) await part();
  for (const name of named) await parts[name]();
  if (files.length > 0) await vitest('named', files.some(name => name.includes('e2e')) ? 'vitest.e2e.config.mts' : 'vitest.config.mts', { LITTORAL_CHROMIUM: findChromium().path }, files);
  if (totals.passed + totals.failed === 0) throw new SetupError(`no test is called "${only.join(' ')}"; parts are ${Object.keys(parts).join(', ')}, other words are parts of file names.`);
  console.log(`\n${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`);
  if (totals.failed > 0) process.exitCode = 1;
});
