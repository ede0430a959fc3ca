import { checkLake } from '../host/lake/check-lake';
import type { LakeCheck, TableCheck } from '../host/lake/check-lake';
import { changesOutcome, historyOutcome, showOutcome } from './lake-read';
import { compactOutcome, vacuumOutcome } from './lake-tend';
import { UsageError } from './verb';
import type { Call, Outcome, Verb } from './verb';
import { bytesWords, grouped, tableWords } from './words';

const FINDINGS_SHOWN_MAX = 50;

interface Action {
  /** Whether a table may be named after the lake. */
  readonly takesTable: boolean;
  run(call: Call): Promise<Outcome>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  check: { takesTable: false, run: checkOutcome },
  show: { takesTable: true, run: showOutcome },
  history: { takesTable: true, run: historyOutcome },
  changes: { takesTable: true, run: changesOutcome },
  compact: { takesTable: true, run: compactOutcome },
  vacuum: { takesTable: true, run: vacuumOutcome }
};

/** `littoral lake`: looks into a lake, checks it, and keeps it in order. */
export const lake: Verb = {
  name: 'lake',
  operands: 'check|show|history|changes|compact|vacuum <dir|s3://bucket/prefix> [table]',
  operandCount: { min: 2, max: 3 },
  summary: 'check a lake, read it at any version, compact and vacuum it',
  details: `check    reads every version of every Delta table strictly by the protocol, compares checkpoints, data files, digests,
         statistics and the chain of sidecars; the answer is no when anything does not fit.
show     prints the rows of a table, at --version N or --at TIME if given.
history  prints what each version did.
changes  prints the rows that each version from --from to --to took out (-) and put in (+).
compact  joins small files (below 75 % of 64 MB, at least five of a partition); the rows and older versions stay.
vacuum   deletes data files that left a table, or never became part of it, longer ago than --older-than (7d); versions
         before that can then no longer be read.
A store is reached with LITTORAL_S3_ENDPOINT, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from the environment,
or from the files that the same names with _FILE give.`,
  options: [
    { name: 'table', value: 'NAME', doc: 'table, in place of the operand; compact and vacuum: default all' },
    { name: 'version', value: 'N', doc: 'show: the version; default the newest' },
    { name: 'at', value: 'TIME', doc: 'show: the version of that time, e.g. 2026-01-31T12:00:00Z' },
    { name: 'limit', value: 'N', doc: 'show, history, changes: at most so many rows, versions or rows a version; default 100' },
    { name: 'from', value: 'N', doc: 'changes: first version; default 0' },
    { name: 'to', value: 'N', doc: 'changes: last version; default the newest' },
    { name: 'older-than', value: 'TIME', doc: 'vacuum: 36h, 7d …; default 7d, at least 1h' },
    { name: 'force', doc: 'vacuum: allow less than 1h; only when nothing writes to the lake' },
    { name: 'dry-run', doc: 'compact, vacuum: only say what would be done' }
  ],
  example: 'littoral lake check .littoral/lake',
  async run(call) {
    const action = ACTIONS[call.operand(0)];
    if (action === undefined) throw new UsageError(`littoral lake: "${call.operand(0)}" is not ${Object.keys(ACTIONS).join(', ')}; see \`littoral lake --help\``);
    if (!action.takesTable && call.operands.length > 2) throw new UsageError(`littoral lake ${call.operand(0)}: one operand too many; expected only the lake`);
    return await action.run(call);
  }
};

async function checkOutcome(call: Call): Promise<Outcome> {
  const result = await checkLake(call.operand(1), path => call.terminal.progress(path));
  return { ok: result.ok, document: result, words: lakeWords(result) };
}

/** Tables as a list, then what does not fit. */
export function lakeWords(result: LakeCheck): string[] {
  const findings = result.findings.slice(0, FINDINGS_SHOWN_MAX).map(finding => `FAIL  ${finding.table}: ${finding.message} (${finding.code})`);
  const more = result.findings.length - findings.length;
  return [
    ...tableWords(result.tables.map(tableRow)),
    ...result.tables.flatMap(table => table.orphans.map(path => `note  ${table.name}: "${path}" is in no version; readers do not see it.`)),
    ...result.tables.flatMap(table => (table.formerFiles === 0 ? [] : [`note  ${table.name}: ${grouped(table.formerFiles)} files of older versions.`])),
    ...findings,
    ...(more > 0 ? [`FAIL  and ${grouped(more)} more`] : []),
    result.ok ? 'Everything fits.' : `${grouped(result.findings.length)} findings.`
  ];
}

function tableRow(table: TableCheck): (string | number)[] {
  const partitions = table.partitionColumns.length === 0 ? 'not partitioned' : `by ${table.partitionColumns.join(', ')}`;
  return [table.name, `version ${table.version}`, partitions, table.files, 'files', table.rows, 'rows', bytesWords(table.bytes), `${table.sidecars} sidecars`];
}
