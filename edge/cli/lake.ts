import { checkLake } from '../host/lake/check-lake';
import type { LakeCheck, TableCheck } from '../host/lake/check-lake';
import { UsageError } from './verb';
import type { Verb } from './verb';
import { bytesWords, grouped, tableWords } from './words';

const FINDINGS_SHOWN_MAX = 50;

/** `littoral lake check`: does everything in a lake fit together? */
export const lake: Verb = {
  name: 'lake',
  operands: 'check <dir>',
  operandCount: { min: 2, max: 2 },
  summary: 'check a lake: Delta logs, data files, sidecar chains',
  details: `Reads every version of every Delta table in the folder strictly by the protocol, compares each data file with its size, its
digest and its row count, and follows the chain of sidecars. The answer is no when anything does not fit. Files that no
version names were left by a writer that was killed before its commit; readers do not see them, so they are only listed.`,
  options: [],
  example: 'littoral lake check .littoral/lake',
  async run(call) {
    if (call.operand(0) !== 'check') throw new UsageError(`littoral lake: "${call.operand(0)}" is not check; see \`littoral lake --help\``);
    const result = await checkLake(call.operand(1), path => call.terminal.progress(path));
    return { ok: result.ok, document: result, words: lakeWords(result) };
  }
};

/** Tables as a list, then what does not fit. */
export function lakeWords(result: LakeCheck): string[] {
  const findings = result.findings.slice(0, FINDINGS_SHOWN_MAX).map(finding => `FAIL  ${finding.table}: ${finding.message} (${finding.code})`);
  const more = result.findings.length - findings.length;
  return [
    ...tableWords(result.tables.map(tableRow)),
    ...result.tables.flatMap(table => table.orphans.map(path => `note  ${table.name}: "${path}" is in no version; readers do not see it.`)),
    ...findings,
    ...(more > 0 ? [`FAIL  and ${grouped(more)} more`] : []),
    result.ok ? 'Everything fits.' : `${grouped(result.findings.length)} findings.`
  ];
}

function tableRow(table: TableCheck): (string | number)[] {
  const partitions = table.partitionColumns.length === 0 ? 'not partitioned' : `by ${table.partitionColumns.join(', ')}`;
  return [table.name, `version ${table.version}`, partitions, table.files, 'files', table.rows, 'rows', bytesWords(table.bytes), `${table.sidecars} sidecars`];
}
