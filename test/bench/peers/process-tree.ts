import { readFileSync } from 'node:fs';

const TICKS_PER_S = 100;
const MEGABYTES_PER_KIB = 1.024e-3;

/** A process that ended in between counts as nothing. */
function procFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return '';
    throw error;
  }
}

/** A process and everything below it. */
export function processTree(pid: number): number[] {
  const children = procFile(pid, `task/${pid}/children`).split(' ').map(Number).filter(child => child > 0);
  return [pid, ...children.flatMap(processTree)];
}

/** User and system time of the tree, in seconds. */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const one of processTree(pid)) {
    const fields = procFile(one, 'stat').replace(/^.*\) /, '').split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / TICKS_PER_S;
}

/** Resident memory of the tree, in MB. */
export function residentMegabytes(pid: number): number {
  let kib = 0;
  for (const one of processTree(pid)) kib += Number(/VmRSS:\s+(\d+)/.exec(procFile(one, 'status'))?.[1] ?? 0);
  return kib * MEGABYTES_PER_KIB;
}
