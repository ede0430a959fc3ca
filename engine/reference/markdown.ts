import type { FieldSpec } from '../operator/operator';
import type { ReferenceEntry } from './reference';

/** All entries as one document. */
export function referenceMarkdown(entries: readonly ReferenceEntry[]): string {
  const chapter = (kind: ReferenceEntry['kind'], title: string, lead: string): string[] => [`## ${title}`, lead, '', ...entries.filter(entry => entry.kind === kind).flatMap(entryLines)];
  return [
    '# Reference of operators and aggregates',
    'Printed from the specs that also check every Plan, by `littoral reference --markdown`. Do not edit it.',
    '',
    ...chapter('operator', 'Operators', 'What a Plan is made of. In the fluent API each is a method of the same name.'),
    ...chapter('aggregate', 'Aggregates', "What windows compute: `.aggregate({ m: mean('x') })`.")
  ].join('\n');
}

function entryLines({ name, doc, fields, drops, memory }: ReferenceEntry): string[] {
  return [`### ${name}`, doc, '', ...fieldTable(fields), ...(drops === undefined ? [] : [`- Drops: ${drops}`]), ...(memory === undefined ? [] : [`- Memory: ${memory}`]), ...(drops === undefined && memory === undefined ? [] : [''])];
}

function fieldTable(fields: readonly FieldSpec[]): string[] {
  if (fields.length === 0) return [];
  return ['| field | type | unit | default | |', '|---|---|---|---|---|', ...fields.map(fieldRow), ''];
}

function fieldRow({ name, type, unit, default: preset, doc }: FieldSpec): string {
  const cells = [`\`${name}\``, `\`${type}\``, unit ?? '', preset === undefined ? '' : `\`${JSON.stringify(preset)}\``, doc];
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
