// Brings a fresh clone to "built" and skips what is up to date. Only Node's own modules here: it runs before node_modules exists.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
const windows = process.platform === 'win32';
const startedAt = Date.now();

export const say = message => console.log(`[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${message}`);

/** An error whose message is all a user needs. */
export class SetupError extends Error {}

export const binary = (venv, name) => join(venv, windows ? 'Scripts' : 'bin', windows ? `${name}.exe` : name);

function hashInto(hash, path) {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path).sort()) if (entry !== '__pycache__') hashInto(hash, join(path, entry));
    return;
  }
  hash.update(path.slice(root.length)).update(readFileSync(path));
}

/** SHA-256 over the files below `paths`, so that unchanged steps are skipped. */
export function hashOf(paths, ...extra) {
  const hash = createHash('sha256');
  for (const path of paths) hashInto(hash, join(root, path));
  for (const text of extra) hash.update(text);
  return hash.digest('hex').slice(0, 24);
}

/** Remembers under `.cache/` for which inputs a step was last done. */
export function stamp(name, key) {
  const file = join(root, '.cache', name);
  return {
    fresh: () => existsSync(file) && readFileSync(file, 'utf8') === key,
    set: () => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, key);
    }
  };
}

/** Runs a command quietly; on failure its last output is the error. */
export function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    let output = '';
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    child.stdout.on('data', data => (output += data));
    child.stderr.on('data', data => (output += data));
    child.on('error', error => fail(new SetupError(`"${command}" could not be started: ${error.message}`)));
    child.on('exit', code => (code === 0 ? done(output) : fail(new SetupError(`"${command} ${args.join(' ')}" failed with exit code ${code}:\n${output.slice(-4000)}`))));
  });
}

export const runNode = (script, ...args) => run(process.execPath, [join(root, script), ...args]);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (!((major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major > 22)) {
    throw new SetupError(`Node ${process.versions.node} is too old: Littoral needs Node 20.19 or newer (22.13 or newer of 22). Install it and run the command again.`);
  }
}

export async function npmInstall() {
  checkNode();
  const done = stamp('npm', hashOf(['package-lock.json'], process.version, process.platform, process.arch));
  if (done.fresh() && existsSync(join(root, 'node_modules'))) return;
  say('installing npm packages (about 30 s on a fast line) …');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : [windows ? 'npm.cmd' : 'npm'];
  await run(npm[0], [...npm.slice(1), 'ci', '--no-audit', '--no-fund', '--loglevel=error'], { shell: !process.env.npm_execpath && windows });
  done.set();
  say('npm packages installed');
}

function findPython() {
  const candidates = [['python3'], ['python'], ...(windows ? [['py', '-3']] : [])];
  const probe = () =>
    candidates.find(([command, ...args]) => {
      const result = spawnSync(command, [...args, '-c', 'import sys, venv, ensurepip; print(sys.version_info >= (3, 10))'], { encoding: 'utf8' });
      return result.status === 0 && result.stdout.includes('True');
    });
  const found = probe();
  if (found) return found;
  if (canInstallDebianPackages()) {
    installDebianPackages(['python3', 'python3-venv']);
    const installed = probe();
    if (installed) return installed;
  }
  throw new SetupError('Python 3.10 or newer with the venv module is needed for JupyterLite: install it (Debian, Ubuntu: apt install python3-venv) and run the command again.');
}

export const canInstallDebianPackages = () => process.platform === 'linux' && process.getuid() === 0 && existsSync('/usr/bin/apt-get');

export function installDebianPackages(names) {
  say(`installing ${names.join(', ')} …`);
  const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-qq'], options);
  return spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], options).status === 0;
}

/** A private Python environment from a lock file with hashes. */
export async function pythonEnvironment(name, lock) {
  const dir = join(root, name);
  const done = stamp(name, hashOf([lock]));
  if (done.fresh() && existsSync(binary(dir, 'python'))) return dir;
  say(`making the Python environment ${name} …`);
  const [command, ...args] = findPython();
  rmSync(dir, { recursive: true, force: true });
  await run(command, [...args, '-m', 'venv', dir]);
  if (spawnSync('uv', ['--version']).status === 0) await run('uv', ['pip', 'install', '-q', '--python', binary(dir, 'python'), '--require-hashes', '-r', lock]);
  else await run(binary(dir, 'python'), ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--require-hashes', '-r', lock]);
  done.set();
  say(`${name} is ready`);
  return dir;
}

/** npm packages, the site's Python environment, the build and the site: everything `npm start` needs. */
export async function prepare() {
  const [, environment] = await Promise.all([npmInstall(), pythonEnvironment('.venv-site', 'requirements-site.lock')]);
  const { build } = await import('./build.mjs');
  await build();
  const { site } = await import('./site.mjs');
  await site(environment);
}

/** Runs `main`; a SetupError is one clear message and exit 1, anything else keeps its stack. */
export async function guarded(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof SetupError ? `\nLittoral: ${error.message}` : error);
    process.exitCode = 1;
  }
}
