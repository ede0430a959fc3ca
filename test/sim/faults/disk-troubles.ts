import { join } from 'node:path';
import type { Random } from '../../oracle/random';
import type { DiskScene, Trouble } from './disk-case';
import { FaultyCall } from './fault-page';
import { tearLog } from './tear-log';

const { write, sync, open, read } = FaultyCall;
const LOG = 'agent.db-wal';
const HOUR_MS = 3_600_000;

/** A kind of case. */
export interface TroubleKind {
  readonly name: string;
  /** Whether it needs the preloaded library. */
  readonly injected: boolean;
  /** The data folder is a file system of its own, of so many bytes. */
  readonly mountBytes?: number;
  /** Runs at small scale as well. */
  readonly small?: boolean;
  readonly trouble: Trouble;
}

/** Kinds of trouble with the disk and the clock, each with its own expectation of the agent. */
export const TROUBLES: readonly TroubleKind[] = [
  { name: 'disk full for a while', small: true, injected: true, trouble: diskFull },
  { name: 'disk full, then killed', injected: true, trouble: diskFullAndKilled },
  { name: 'small file system, full for a while', injected: false, mountBytes: 24 << 20, trouble: fileSystemFull },
  { name: 'disk full under the lake', injected: true, trouble: lakeFull },
  { name: 'EIO on a sync of the log', small: true, injected: true, trouble: (scene, random) => fatal(scene, sync, random) },
  { name: 'EIO on a write of the log', injected: true, trouble: (scene, random) => fatal(scene, write, random) },
  { name: 'EIO at the start', injected: true, trouble: failingStart },
  { name: 'read-only file system', small: true, injected: true, trouble: readOnly },
  { name: 'clock one hour off and back', small: true, injected: true, trouble: clockJumps },
  { name: 'torn end of the log', small: true, injected: false, trouble: tornLog },
  { name: 'deleted file, agent stopped', injected: false, trouble: deletedWhileStopped },
  { name: 'log deleted under the agent', small: true, injected: false, trouble: logDeletedUnderTheAgent },
  { name: 'store deleted', injected: false, trouble: storeDeleted }
];

/** Whatever is not written out at once, so that the failure comes at any place of a transaction. */
const soon = (random: Random): number => random.int(0, 120);

async function diskFull(scene: DiskScene, random: Random): Promise<void> {
  await scene.strike({ code: 'ENOSPC', calls: write, path: LOG, after: soon(random), times: null });
  await scene.mustWait(random.int(100, 1_500));
  scene.needPage().heal();
  await scene.mustGoOn();
  await scene.passes(200);
}

async function diskFullAndKilled(scene: DiskScene, random: Random): Promise<void> {
  await scene.strike({ code: 'ENOSPC', calls: write, path: LOG, after: soon(random), times: null });
  await scene.passes(random.int(0, 600));
  await scene.kill();
  scene.needPage().heal();
  await scene.start().live();
}

/** No call is made to fail here: a real file system has no room. */
async function fileSystemFull(scene: DiskScene, random: Random): Promise<void> {
  scene.fillDisk();
  await scene.mustWait(random.int(100, 1_500));
  scene.freeDisk();
  await scene.mustGoOn();
  await scene.passes(200);
}

/** The lake waits in the outbox; taking in goes on. */
async function lakeFull(scene: DiskScene, random: Random): Promise<void> {
  scene.needPage().arm({ code: random.pick(['ENOSPC', 'EIO'] as const), calls: write + sync + open, path: '/lake/', after: random.int(0, 3), times: null });
  await scene.passes(random.int(200, 1_000));
  await scene.mustGoOn();
  scene.needPage().heal();
}

/** A failure that waiting does not mend: the agent ends by itself; the next start goes on. */
async function fatal(scene: DiskScene, calls: number, random: Random): Promise<void> {
  await scene.strike({ code: 'EIO', calls, path: LOG, after: random.int(0, calls === sync ? 20 : 120), times: null });
  await scene.mustEnd();
  scene.needPage().heal();
  await scene.start().live();
}

async function failingStart(scene: DiskScene, random: Random): Promise<void> {
  await scene.kill();
  scene.needPage().arm({ code: random.pick(['EIO', 'EROFS'] as const), calls: random.pick([write, sync, read, write + open]), path: 'agent.db', after: random.int(0, 6), times: null });
  scene.start();
  await scene.mustEnd();
  scene.needPage().heal();
  await scene.start().live();
}

async function readOnly(scene: DiskScene, random: Random): Promise<void> {
  await scene.strike({ code: 'EROFS', calls: write + open + sync, path: '/data/', after: soon(random), times: null });
  await scene.mustEnd();
  if (random.chance(0.5)) {
    scene.start();
    await scene.mustEnd();
  }
  scene.needPage().heal();
  await scene.start().live();
}

async function clockJumps(scene: DiskScene, random: Random): Promise<void> {
  const page = scene.needPage();
  for (let jump = random.int(2, 5); jump > 0; jump--) {
    page.shiftClock(random.pick([-HOUR_MS, HOUR_MS, 0]));
    await scene.passes(random.int(50, 300));
    if (random.chance(0.4)) {
      await scene.kill();
      await scene.start().live();
    }
  }
  page.shiftClock(random.pick([-HOUR_MS, HOUR_MS, 0]));
}

async function tornLog(scene: DiskScene, random: Random): Promise<void> {
  await scene.passes(random.int(0, 400));
  await scene.kill();
  if (scene.exists(LOG)) tearLog(join(scene.bench.dataDir, LOG), random);
  else scene.findings.push('a killed agent left no log to tear');
  await scene.start().live();
}

/** None of these holds anything that was acknowledged; the bundle is named again by the command line. */
async function deletedWhileStopped(scene: DiskScene, random: Random): Promise<void> {
  await scene.kill();
  const names = [/^agent\.db-shm$/, /^lock\.db/, /^http\.json$/, /^admin\.token$/, /^store(\/[^/]+\/bundle\.littoral\.zip)?$/];
  const name = random.pick(names);
  if (scene.remove(name) === 0) scene.findings.push(`there was no file ${name.source} to delete`);
  scene.bundleGiven = true;
  await scene.start().live();
}

/** The agent must notice before it acknowledges what nobody will find again. */
async function logDeletedUnderTheAgent(scene: DiskScene, random: Random): Promise<void> {
  await scene.passes(random.int(0, 300));
  scene.remove(/^agent\.db-wal$/);
  await scene.mustEnd();
  await scene.start().live();
}

async function storeDeleted(scene: DiskScene, random: Random): Promise<void> {
  scene.stateIsGone();
  const running = random.chance(0.5);
  if (!running) await scene.kill();
  scene.remove(/^agent\.db/);
  if (running) await scene.mustEnd();
  scene.bundleGiven = true;
  await scene.start().live();
}
