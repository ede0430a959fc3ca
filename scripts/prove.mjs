// npm run prove: every proof of test/sim, or `npm run prove -- G4 G8`; writes one Markdown report. `--seed S`, `--small`, `--report FILE`;
// `--assemble` runs nothing and reports the runs that are kept; `--no-prepare` takes packages and build as they are.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { guarded, prepare, root, say, SetupError } from './setup.mjs';
import { findMosquitto } from './find-mosquitto.mjs';

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string' }, small: { type: 'boolean' }, report: { type: 'string' }, assemble: { type: 'boolean' }, 'no-prepare': { type: 'boolean' } },
  allowPositionals: true
});
const folder = join(root, '.cache/prove');
const sources = join(root, 'test/sim');

/** Sources know where they stand, also when they are bundled elsewhere. */
const ownPlaces = {
  name: 'own-places',
  setup(build) {
    build.onLoad({ filter: /\/(test|edge|engine)\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replace(/(new URL\([^)]*, )import\.meta\.url\)/g, (_all, before) => `${before}${JSON.stringify(pathToFileURL(path).href)})`),
      loader: 'ts'
    }));
  }
};

async function bundle(name) {
  const esbuild = await import('esbuild');
  const outfile = join(folder, 'built', name.replace(/\.ts$/, '.mjs'));
  await esbuild.build({ entryPoints: [join(sources, name)], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external', plugins: [ownPlaces], logLevel: 'error' });
  return outfile;
}

async function findProofs() {
  const files = readdirSync(sources).filter(name => name.endsWith('.proof.ts')).sort();
  const proofs = [];
  for (const file of files) {
    try {
      const module = await bundle(file);
      const { proof } = await import(pathToFileURL(module).href);
      proofs.push({ id: proof.id, title: proof.title, passLine: proof.passLine, module });
    } catch (error) {
      proofs.push({ id: file.slice(0, file.indexOf('-')).toUpperCase(), title: file, passLine: 'unknown, because the proof cannot be loaded', broken: String(error?.stack ?? error) });
    }
  }
  return proofs.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

/** Runs one proof as a child; what it leaves is in `<folder>/<id>.json`. */
async function runOne(proof, runner, scale, seed) {
  say(`${proof.id} ${proof.title} (${scale}, seed ${seed}) …`);
  const kept = join(folder, `${proof.id}.json`);
  rmSync(kept, { force: true });
  const startedAt = new Date();
  const failed = finding => {
    const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
    const { id, title, passLine } = proof;
    const run = { id, title, passLine, scale, seed, startedAt: startedAt.toISOString(), seconds, commit: '', ok: false, figures: {}, findings: [finding], limits: [] };
    writeFileSync(kept, `${JSON.stringify(run, null, 2)}\n`);
    return run;
  };
  if (proof.broken !== undefined) return failed(`The proof cannot be loaded: ${proof.broken}`);
  const code = await new Promise(done => spawn(process.execPath, [runner, proof.module, root, folder, scale, String(seed)], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).on('exit', (status, signal) => done(signal ?? status)));
  try {
    return JSON.parse(readFileSync(kept, 'utf8'));
  } catch {
    return failed(`The process of the proof ended with ${code} and left no result.`);
  }
}

async function machine() {
  const mosquitto = spawnSync(process.env.LITTORAL_MOSQUITTO, ['-h'], { encoding: 'utf8' });
  const { DatabaseSync } = await import('node:sqlite').catch(() => import('@photostructure/sqlite'));
  const db = new DatabaseSync(':memory:');
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    sqlite: db.prepare('SELECT sqlite_version() AS v').get().v,
    mosquitto: /version (\S+)/.exec(`${mosquitto.stdout}${mosquitto.stderr}`)?.[1] ?? 'of unknown version'
  };
}

await guarded(async () => {
  if (!values['no-prepare']) await prepare();
  process.env.LITTORAL_MOSQUITTO = findMosquitto();
  mkdirSync(folder, { recursive: true });
  const proofs = await findProofs();
  const { renderReport } = await import(pathToFileURL(await bundle('report.ts')).href);
  const { keptRuns } = await import(pathToFileURL(await bundle('run-proof.ts')).href);
  const unknown = positionals.filter(id => !proofs.some(proof => proof.id === id));
  if (unknown.length > 0) throw new SetupError(`there is no proof "${unknown.join(', ')}"; there are ${proofs.map(proof => proof.id).join(', ')}.`);
  const scale = values.small ? 'small' : 'full';
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new SetupError(`--seed "${values.seed}" is not a whole number.`);

  const runs = new Map();
  if (values.assemble) {
    for (const [id, run] of keptRuns(folder)) runs.set(id, run);
  } else {
    const runner = await bundle('run-proof.child.ts');
    const chosen = positionals.length === 0 ? proofs : proofs.filter(proof => positionals.includes(proof.id));
    for (const proof of chosen) {
      const run = await runOne(proof, runner, scale, seed);
      runs.set(proof.id, run);
      say(`${proof.id} ${run.ok ? 'passed' : 'FAILED'} in ${run.seconds} s${run.findings.map(finding => `\n    ${finding}`).join('')}`);
    }
  }

  const whole = proofs.every(proof => runs.get(proof.id)?.scale === 'full');
  const file = values.report ?? (whole ? join(sources, 'report.md') : join(folder, 'report.md'));
  const paths = { [root]: '.', [os.tmpdir()]: '<tmp>' };
  writeFileSync(file, renderReport({ machine: await machine(), proofs, runs, paths }));
  const failed = [...runs.values()].filter(run => !run.ok);
  say(`${runs.size - failed.length} passed, ${failed.length} failed, ${proofs.length - runs.size} not run; report: ${relative(process.cwd(), file)}`);
  if (failed.length > 0) process.exitCode = 1;
});
