import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGES = ['deltalake==1.6.6', 'pyarrow==21.0.0', 'moto[s3,server]==5.1.4'];
const INSTALL_MS_MAX = 900_000;
const READ_MS_MAX = 120_000;

const SCRIPT = `
import json, sys
from deltalake import DeltaTable
for path in sys.argv[1:]:
    table = DeltaTable(path)
    numbers = sorted(table.to_pyarrow_table(columns=['n'])['n'].to_pylist())
    print(json.dumps({'version': table.version(), 'rows': len(numbers), 'sum': sum(numbers), 'distinct': len(set(numbers))}))
`;

export interface DeltaRsTable {
  readonly version: number;
  readonly rows: number;
  readonly sum: number;
  readonly distinct: number;
}

/** The Python of an environment in `cacheDir` that has delta-rs and moto; null when they cannot be installed here. */
export function proofPython(cacheDir: string): string | null {
  const python = join(cacheDir, 'delta-rs', 'bin', 'python');
  if (!existsSync(python)) {
    mkdirSync(cacheDir, { recursive: true });
    if (spawnSync('python3', ['-m', 'venv', join(cacheDir, 'delta-rs')], { timeout: INSTALL_MS_MAX }).status !== 0) return null;
  }
  if (spawnSync(python, ['-c', 'import deltalake, pyarrow, moto.server'], { timeout: READ_MS_MAX }).status === 0) return python;
  return spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES], { timeout: INSTALL_MS_MAX }).status === 0 ? python : null;
}

/** What delta-rs makes of the tables; the words of its refusal when it does not read them. */
export function readByDeltaRs(python: string, tableDirs: readonly string[]): readonly DeltaRsTable[] | string {
  const { status, stdout, stderr } = spawnSync(python, ['-c', SCRIPT, ...tableDirs], { timeout: READ_MS_MAX, encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n').map(line => JSON.parse(line) as DeltaRsTable) : stderr.trim().split('\n').slice(-3).join(' ');
}
