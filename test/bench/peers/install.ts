import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EKUIPER_FOLDER, EKUIPER_VERSION, ekuiperSystem } from './ekuiper-system';
import { NODE_RED_FOLDER, NODE_RED_VERSION, nodeRedSystem } from './node-red-system';

const WORDS_MAX = 300;

/** Installs the peers that are not there, with npm and Go; gives by name why one could not be. */
export async function installPeers(): Promise<ReadonlyMap<string, string>> {
  const troubles = new Map<string, string>();
  for (const { system, install } of [{ system: nodeRedSystem, install: installNodeRed }, { system: ekuiperSystem, install: installEkuiper }]) {
    if (system.missing() === null) continue;
    process.stdout.write(`  installing ${system.name} …\n`);
    await install().catch((error: unknown) => troubles.set(system.name, error instanceof Error ? error.message : String(error)));
  }
  return troubles;
}

async function installNodeRed(): Promise<void> {
  mkdirSync(NODE_RED_FOLDER, { recursive: true });
  writeFileSync(join(NODE_RED_FOLDER, 'package.json'), '{ "private": true }\n');
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `node-red@${NODE_RED_VERSION}`], NODE_RED_FOLDER);
}

/** Its go.mod has `replace` lines, so `go install` refuses it: the module is copied and built as the main module. */
async function installEkuiper(): Promise<void> {
  mkdirSync(EKUIPER_FOLDER, { recursive: true });
  const { Dir } = JSON.parse(await run('go', ['mod', 'download', '-json', `github.com/lf-edge/ekuiper/v2@v${EKUIPER_VERSION}`], EKUIPER_FOLDER)) as { readonly Dir: string };
  const source = join(EKUIPER_FOLDER, 'src');
  rmSync(source, { recursive: true, force: true });
  cpSync(Dir, source, { recursive: true });
  await run('chmod', ['-R', 'u+w', source], EKUIPER_FOLDER);
  await run('go', ['build', '-trimpath', '-ldflags', '-s -w', '-tags', 'core prometheus', '-o', join(EKUIPER_FOLDER, 'kuiperd'), './cmd/kuiperd'], source);
}

function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let words = '';
    child.stdout.on('data', bytes => (out += String(bytes)));
    child.stderr.on('data', bytes => (words += String(bytes)));
    child.once('error', fail);
    child.once('close', code => (code === 0 ? done(out) : fail(new Error(`"${command} ${args[0] ?? ''}" ended with ${String(code)}: ${words.trim().slice(-WORDS_MAX)}`))));
  });
}
