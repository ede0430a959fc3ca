import { openTable } from '../host/lake/open-lake';
import { tableChanges, type VersionChange } from '../host/lake/table-changes';
import { tableHistory, versionAt, type TableVersion } from '../host/lake/table-history';
import { tableRows, type TableRow } from '../host/lake/table-rows';
import type { DeltaSnapshot } from '../../engine/lake/delta-snapshot';
import { readSnapshot } from '../sink/lake/read-snapshot';
import { UsageError } from './verb';
import type { Call, Outcome } from './verb';
import { grouped, tableWords } from './words';

const LIMIT = 100;

/** `lake show`: rows of a table at one version. */
export async function showOutcome(call: Call): Promise<Outcome> {
  const { storage, table } = await tableOf(call);
  const [version, at, limit] = [call.wholeNumber('version', 0), instantOf(call), call.wholeNumber('limit', 0) ?? LIMIT];
  if (version !== undefined && at !== null) throw new UsageError('littoral lake show: --version and --at exclude each other');
  const wanted = at === null ? version : await versionAt(storage, table, at);
  const snapshot = await readSnapshot(storage, table, wanted === undefined ? {} : { version: wanted });
  const { rows, rowCount } = await firstRows(tableRows(storage, snapshot), limit, countedRows(snapshot));
  const columns = snapshot.metaData.columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
  return {
    ok: true,
    document: { ok: true, table, version: snapshot.version, rowCount, columns, rows },
    words: [
      ...tableWords([columns.map(({ name }) => name), ...rows.map(row => columns.map(({ name }) => cellWords(row[name])))]),
      `Version ${snapshot.version}: ${grouped(rowCount)} rows in ${grouped(snapshot.files.size)} files${rowCount > rows.length ? `; the first ${grouped(rows.length)} are shown` : ''}.`
    ]
  };
}

/** At most `limit` rows; reading stops there when the log says how many there are. */
async function firstRows(all: AsyncIterable<TableRow>, limit: number, counted: number | null): Promise<{ readonly rows: TableRow[]; readonly rowCount: number }> {
  const rows: TableRow[] = [];
  let rowCount = 0;
  for await (const row of all) {
    rowCount += 1;
    if (rows.length < limit) rows.push(row);
    else if (counted !== null) return { rows, rowCount: counted };
  }
  return { rows, rowCount };
}

/** Rows of a table by the statistics of its files; null when one has none. */
function countedRows({ files }: DeltaSnapshot): number | null {
  let rows = 0;
  for (const file of files.values()) {
    if (file.rows === null) return null;
    rows += file.rows;
  }
  return rows;
}

/** `lake history`: what each version did, the newest first. */
export async function historyOutcome(call: Call): Promise<Outcome> {
  const { storage, table } = await tableOf(call);
  const limit = call.wholeNumber('limit', 0) ?? LIMIT;
  const all = (await tableHistory(storage, table)).reverse();
  const versions = all.slice(0, limit);
  return {
    ok: true,
    document: { ok: true, table, versions },
    words: [...tableWords(versions.map(versionWords)), ...(all.length > versions.length ? [`and ${grouped(all.length - versions.length)} older ones`] : [])]
  };
}

function versionWords(version: TableVersion): (string | number)[] {
  const rows = version.rowsAdded === null ? '' : `${grouped(version.rowsAdded)} rows`;
  return [version.version, version.committed ?? '', version.operation, `+${version.filesAdded} -${version.filesRemoved} files`, rows, version.dataChange ? '' : 'same rows'];
}

/** `lake changes`: rows taken out and put in, version by version. */
export async function changesOutcome(call: Call): Promise<Outcome> {
  const { storage, table } = await tableOf(call);
  const [from, to, limit] = [call.wholeNumber('from', 0) ?? 0, call.wholeNumber('to', 0), call.wholeNumber('limit', 0) ?? LIMIT];
  const versions: (VersionChange & { readonly rowsRemoved: number; readonly rowsAdded: number })[] = [];
  for await (const change of tableChanges(storage, table, { from, ...(to === undefined ? {} : { to }) })) {
    versions.push({ ...change, rowsRemoved: change.removed.length, rowsAdded: change.added.length, removed: change.removed.slice(0, limit), added: change.added.slice(0, limit) });
  }
  return { ok: true, document: { ok: true, table, versions }, words: versions.flatMap(changeWords) };
}

function changeWords(change: VersionChange & { readonly rowsRemoved: number; readonly rowsAdded: number }): string[] {
  const shown = change.removed.length + change.added.length;
  const more = change.rowsRemoved + change.rowsAdded - shown;
  return [
    `version ${change.version}  ${change.committed ?? ''}  ${change.operation ?? ''}  -${change.rowsRemoved} +${change.rowsAdded} rows`,
    ...change.removed.map(row => `- ${JSON.stringify(row)}`),
    ...change.added.map(row => `+ ${JSON.stringify(row)}`),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : [])
  ];
}

function tableOf(call: Call): ReturnType<typeof openTable> {
  return openTable(call.operand(1), call.operands[2] ?? call.text('table'));
}

function instantOf(call: Call): number | null {
  const text = call.text('at');
  if (text === undefined) return null;
  const timeMs = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text) ? Date.parse(/[Z]|[+-]\d\d:?\d\d$/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`) : NaN;
  if (Number.isNaN(timeMs)) throw new UsageError(`littoral lake show: --at ${text} is not a time; expected ISO 8601, e.g. 2026-01-31T12:00:00Z`);
  return timeMs;
}

function cellWords(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
