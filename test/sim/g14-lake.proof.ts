import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemEnv } from '../../edge/env/system-env';
import { s3Settings } from '../../edge/sink/lake/s3-settings';
import { S3Storage } from '../../edge/sink/lake/s3-storage';
import { buildChild, startChild, type Child } from '../edge/child-process';
import { Random } from '../oracle/random';
import { proofPython, readByDeltaRs } from './lake/delta-rs';
import { KILL_POINTS } from './lake/kill-points';
import { auditLake } from './lake/lake-audit';
import { startMoto, type Moto } from './lake/moto';
import { deviceOf, keyOf } from './lake/rows';
import type { Proof, ProofOptions, ProofResult } from './proof';

const ROOT = join(import.meta.dirname, '..', '..');
const KILLS = { full: 500, small: 8 };
const KILLS_PER_LAKE = { full: 50, small: 8 };
/** The last ones of the full run, in a store. */
const KILLS_IN_STORE = 50;
const LIFE_MS = { min: 5, max: 400 };
/** A life that does not reach its point ends at random after this long. */
const POINT_MS_MAX = 2_500;

interface Tally {
  kills: number;
  killsInStore: number;
  rows: number;
  versions: number;
  files: number;
  orphans: number;
  compactions: number;
  merges: number;
  deltaRsTables: number;
  readonly byPoint: Map<string, number>;
  readonly findings: string[];
}

interface LakeRun {
  readonly child: string;
  readonly kills: number;
  readonly random: Random;
  readonly tally: Tally;
  /** Reads the tables too; null: it is not there. */
  readonly python: string | null;
  /** Where the lake is; null: in a folder. */
  readonly store: Moto | null;
}

/** Lake sinks under kills. */
export const proof: Proof = {
  id: 'G14',
  title: 'kills of the lake writer',
  passLine: 'A writer of an appended and a merged table, in a folder and in an S3-compatible store, killed by SIGKILL 500 times, at random and at every kind of file it creates (data, commit, sidecar, compaction, checkpoint): each file referenced exactly once, row multiset as expected, 0 orphan rows visible, validator clean, a retry gives the same SHA-256.',
  async run({ scale, seed, log }: ProofOptions): Promise<ProofResult> {
    const random = new Random(seed);
    const child = await buildChild('test/sim/lake/lake-writer.child.ts');
    const tally: Tally = { kills: 0, killsInStore: 0, rows: 0, versions: 0, files: 0, orphans: 0, compactions: 0, merges: 0, deltaRsTables: 0, byPoint: new Map(), findings: [] };
    const python = scale === 'full' ? proofPython(join(ROOT, '.cache', 'prove')) : null;
    const moto = python === null ? null : await startMoto(python);
    while (tally.kills < KILLS[scale] && tally.findings.length === 0) {
      const store = tally.kills >= KILLS[scale] - KILLS_IN_STORE ? moto : null;
      await runLake({ child, kills: Math.min(KILLS_PER_LAKE[scale], KILLS[scale] - tally.kills), random, tally, python, store });
      log(`${tally.kills} of ${KILLS[scale]} kills, ${tally.rows} rows, ${tally.versions} versions`);
    }
    await moto?.stop();
    rmSync(child, { force: true });
    const { findings, byPoint, ...figures } = tally;
    const atPoints = KILL_POINTS.map(point => `${point} ${byPoint.get(point) ?? 0}`).join(', ');
    return {
      ok: findings.length === 0,
      figures: { ...figures, atRandom: byPoint.get('none') ?? 0, atPoints },
      findings: findings.map(words => `seed ${seed}: ${words}`),
      limits: [
        'A kill of the process cannot prove safety against power loss: that rests on the order of fsync.',
        'DuckDB reads the file list of the log: its delta extension is not on npm.',
        ...(scale === 'full' && python === null ? ['deltalake 1.6.6 and moto 5.1.4 could not be installed from PyPI here: delta-rs did not read the tables, and no kill was in a store.'] : []),
        ...(scale === 'small' ? ['delta-rs reads the tables, and a store takes kills, in the full run only.'] : [])
      ]
    };
  }
};

/** One lake: `kills` lives of the writer, then one that ends in peace, then the audit. */
async function runLake(run: LakeRun): Promise<void> {
  const { kills, tally, python, store } = run;
  const folder = mkdtempSync(join(tmpdir(), 'littoral-g14-'));
  try {
    for (let kill = 0; kill < kills; kill++) await killOnce(run, folder);
    if (store !== null) tally.killsInStore += kills;
    const last = startLife(run, folder, 'finish', 1);
    const words = await last.line('rows ').catch((error: unknown) => String(error));
    await last.ended;
    const [, rows, waiting] = /^rows (\d+) waiting (\d+)$/.exec(words) ?? [];
    if (rows === undefined || waiting !== '0') {
      tally.findings.push(`the last life did not write everything: ${words} ${last.words().slice(0, 500)}`);
      return;
    }
    if (store !== null) await copyLake(store, join(folder, 'lake'));
    const audit = await auditLake(join(folder, 'lake'), Number(rows));
    tally.findings.push(...audit.findings);
    tally.rows += audit.rowsPlain;
    tally.versions += audit.versions;
    tally.files += audit.filesAdded;
    tally.orphans += audit.orphans;
    tally.compactions += audit.compactions;
    tally.merges += audit.merges;
    if (python !== null) compareWithDeltaRs(python, folder, Number(rows), tally);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function startLife({ child, store }: LakeRun, folder: string, point: string, count: number): Child {
  return startChild(child, [folder, point, String(count), ...(store === null ? [] : [store.location])], store === null ? {} : { env: store.environment });
}

async function killOnce(run: LakeRun, folder: string): Promise<void> {
  const { random, tally } = run;
  const point = random.chance(0.5) ? 'none' : random.pick(KILL_POINTS);
  const life = startLife(run, folder, point, /^(checkpoint|hint|compact):/.test(point) ? 1 : random.int(1, 4));
  let isLate = false;
  const lifeMs = point === 'none' ? random.int(LIFE_MS.min, LIFE_MS.max) : POINT_MS_MAX;
  await life.line('ready').catch(() => undefined);
  const timer = setTimeout(() => {
    isLate = true;
    life.process.kill('SIGKILL');
  }, lifeMs);
  const end = await life.ended;
  clearTimeout(timer);
  if (end !== 'SIGKILL') tally.findings.push(`a life ended by itself (${String(end)}) after kill ${tally.kills} at ${point}: ${life.words().slice(0, 500)}`);
  if (life.words() !== '') tally.findings.push(`a life complained after kill ${tally.kills}: ${life.words().slice(0, 500)}`);
  tally.kills += 1;
  const reached = isLate ? 'none' : point;
  tally.byPoint.set(reached, (tally.byPoint.get(reached) ?? 0) + 1);
}

/** The lake of a store as a folder, for readers of folders. */
async function copyLake({ location, environment }: Moto, folder: string): Promise<void> {
  const storage = new S3Storage({ settings: s3Settings(location, environment), env: systemEnv() });
  for (const { path } of await storage.list('')) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), (await storage.read(path)) ?? new Uint8Array(0));
  }
}

function compareWithDeltaRs(python: string, folder: string, rows: number, tally: Tally): void {
  const tables = readByDeltaRs(python, ['plain', 'curated'].map(table => join(folder, 'lake', table)));
  if (typeof tables === 'string') {
    tally.findings.push(`delta-rs does not read the lake: ${tables}`);
    return;
  }
  const keys = new Map(Array.from({ length: rows }, (_none, n) => [`${deviceOf(n)}/${keyOf(n)}`, n] as const));
  const expected = [{ rows, sum: (rows * (rows - 1)) / 2 }, { rows: keys.size, sum: [...keys.values()].reduce((a, b) => a + b, 0) }];
  tables.forEach((table, index) => {
    const wanted = expected[index];
    if (table.rows !== wanted?.rows || table.sum !== wanted.sum || table.distinct !== wanted.rows) tally.findings.push(`delta-rs reads ${JSON.stringify(table)}, expected ${JSON.stringify(wanted)}`);
  });
  tally.deltaRsTables += tables.length;
}
