import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { checkLake } from '../../../edge/host/lake/check-lake';
import { deviceOf, keyOf } from './rows';

export interface Audit {
  readonly findings: readonly string[];
  readonly versions: number;
  readonly filesAdded: number;
  readonly orphans: number;
  readonly compactions: number;
  readonly merges: number;
  readonly rowsPlain: number;
  readonly rowsCurated: number;
}

interface Log {
  readonly live: readonly string[];
  readonly added: readonly string[];
  readonly operations: ReadonlyMap<string, number>;
  readonly versions: number;
  readonly twice: readonly string[];
}

/** The log of a table, read by hand: what is live, what was ever added, and paths that were added more than once. */
function readLog(tableDir: string): Log {
  const live = new Set<string>();
  const added = new Set<string>();
  const twice: string[] = [];
  const operations = new Map<string, number>();
  const names = readdirSync(join(tableDir, '_delta_log')).filter(name => /^\d{20}\.json$/.test(name)).sort();
  for (const name of names) {
    for (const line of readFileSync(join(tableDir, '_delta_log', name), 'utf8').trim().split('\n')) {
      const { add, remove, commitInfo } = JSON.parse(line) as { add?: { path: string }; remove?: { path: string }; commitInfo?: { operation: string } };
      if (remove !== undefined && !live.delete(decodeURIComponent(remove.path))) twice.push(`${name} removes "${remove.path}", which is not there`);
      if (add !== undefined) {
        const path = decodeURIComponent(add.path);
        if (added.has(path)) twice.push(`"${path}" is added twice`);
        added.add(path);
        live.add(path);
      }
      if (commitInfo !== undefined) operations.set(commitInfo.operation, (operations.get(commitInfo.operation) ?? 0) + 1);
    }
  }
  return { live: [...live], added: [...added], operations, versions: names.length, twice };
}

/** Rows of the files `live` as numbers of the input. */
async function numbersByHyparquet(tableDir: string, live: readonly string[]): Promise<number[]> {
  const numbers: number[] = [];
  for (const path of live) for (const row of await parquetReadObjects({ file: await asyncBufferFromFile(join(tableDir, path)), columns: ['n'] })) numbers.push(Number(row['n']));
  return numbers.sort((a, b) => a - b);
}

/** The same by DuckDB, which is given the list of files that the log has. */
async function sumsByDuckdb(tableDir: string, live: readonly string[]): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const files = live.map(path => `'${join(tableDir, path).replaceAll("'", "''")}'`).join(', ');
  const [row] = (await (await connection.runAndReadAll(`SELECT count(*)::VARCHAR AS rows, sum(n)::VARCHAR AS sum, count(value)::VARCHAR AS present FROM read_parquet([${files}], hive_partitioning = false)`)).getRowObjectsJson()) as { rows: string; sum: string; present: string }[];
  connection.closeSync();
  instance.closeSync();
  return `${row?.rows} rows, sum ${row?.sum}, ${row?.present} present`;
}

/** Compares both tables with the first `count` rows of the input. */
export async function auditLake(lakeDir: string, count: number): Promise<Audit> {
  const findings: string[] = [];
  const expectedPlain = Array.from({ length: count }, (_none, n) => n);
  const last = new Map<string, number>();
  for (const n of expectedPlain) last.set(`${deviceOf(n)}/${keyOf(n)}`, n);
  const expectedCurated = [...last.values()].sort((a, b) => a - b);
  const totals = { versions: 0, filesAdded: 0, orphans: 0, compactions: 0, merges: 0 };
  for (const [table, expected] of [['plain', expectedPlain], ['curated', expectedCurated]] as const) {
    const dir = join(lakeDir, table);
    const log = readLog(dir);
    findings.push(...log.twice.map(words => `${table}: ${words}`));
    const numbers = await numbersByHyparquet(dir, log.live);
    if (numbers.join() !== expected.join()) findings.push(`${table}: ${numbers.length} rows instead of ${expected.length}; ${differenceWords(numbers, expected)}`);
    const [seen, wanted] = [await sumsByDuckdb(dir, log.live), sumWords(expected)];
    if (seen !== wanted) findings.push(`${table}: DuckDB reads ${seen} instead of ${wanted}`);
    if (table === 'plain') findings.push(...unevenRetries(dir));
    totals.versions += log.versions;
    totals.filesAdded += log.added.length;
    totals.orphans += dataFiles(dir).filter(path => !log.added.includes(path)).length;
    totals.compactions += log.operations.get('OPTIMIZE') ?? 0;
    totals.merges += log.operations.get('MERGE') ?? 0;
  }
  const checked = await checkLake(lakeDir, () => undefined);
  findings.push(...checked.findings.slice(0, 10).map(finding => `validator, ${finding.table}: ${finding.message} (${finding.code})`));
  return { findings, ...totals, rowsPlain: expectedPlain.length, rowsCurated: expectedCurated.length };
}

function dataFiles(tableDir: string): string[] {
  return (readdirSync(tableDir, { recursive: true }) as string[]).filter(path => path.endsWith('.parquet') && !path.startsWith('_') && statSync(join(tableDir, path)).isFile());
}

/** The files of one epoch in one partition, written again and again after kills, must have one name, that is one SHA-256. */
function unevenRetries(tableDir: string): string[] {
  const names = new Map<string, Set<string>>();
  for (const path of dataFiles(tableDir)) {
    const match = /^(.*e=\d{10})-([0-9a-f]{16})\.parquet$/.exec(path);
    if (match === null) continue;
    const [, epoch = '', hash = ''] = match;
    names.set(epoch, (names.get(epoch) ?? new Set()).add(hash));
  }
  return [...names].filter(([, hashes]) => hashes.size > 1).map(([epoch, hashes]) => `plain: a retry of "${epoch}" wrote other bytes: ${[...hashes].join(', ')}`);
}

function sumWords(numbers: readonly number[]): string {
  return `${numbers.length} rows, sum ${numbers.length === 0 ? 'null' : numbers.reduce((a, b) => a + b, 0)}, ${numbers.filter(n => n % 11 !== 0).length} present`;
}

function differenceWords(numbers: readonly number[], expected: readonly number[]): string {
  const [seen, wanted] = [new Set(numbers), new Set(expected)];
  const missing = expected.filter(n => !seen.has(n)).slice(0, 5);
  const extra = numbers.filter((n, index) => !wanted.has(n) || numbers[index - 1] === n).slice(0, 5);
  return `missing ${missing.join(', ') || 'none'}; too many ${extra.join(', ') || 'none'}`;
}
