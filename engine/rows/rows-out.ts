import type { RowOut } from '../api/host';
import type { SinkEmission } from '../graph/graph-api';
import { cellValue, numberText, rowText } from './cell-text';

/** Line of the rows-out file for one row of an emission, without line feed. */
export function rowOutLine(emission: SinkEmission, row: number): string {
  const { sink, batch } = emission;
  const head = `{"sink":${JSON.stringify(sink.config.name)},"eventTimeMs":${numberText(batch.eventTimeMs[row]!)},"at":${batch.at[row]!}`;
  return `${head},"row":${rowText(batch, row)}}`;
}

/** Text of a rows-out file for these emissions, in their order; every line ends with a line feed. */
export function rowsOutText(emissions: readonly SinkEmission[]): string {
  const lines: string[] = [];
  for (const emission of emissions) {
    for (let row = 0; row < emission.batch.rowCount; row++) lines.push(`${rowOutLine(emission, row)}\n`);
  }
  return lines.join('');
}

/** The rows of an emission as objects; their values are those that the rows-out text would give back. */
export function rowsOut(emission: SinkEmission): RowOut[] {
  const { sink, batch } = emission;
  return Array.from({ length: batch.rowCount }, (_, row) => ({
    sink: sink.config.name,
    eventTimeMs: batch.eventTimeMs[row]!,
    at: batch.at[row]!,
    row: Object.fromEntries(batch.schema.fields.map((field, i) => [field.name, cellValue(batch.columns[i]!, row)]))
  }));
}
