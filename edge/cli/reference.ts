import { referenceMarkdown } from '../../engine/reference/markdown';
import { fieldWords, referenceEntries, referenceEntry } from '../../engine/reference/reference';
import type { ReferenceEntry } from '../../engine/reference/reference';
import type { Verb } from './verb';

/** `littoral reference`: what the specs say about operators and aggregates. */
export const reference: Verb = {
  name: 'reference',
  operands: '[NAME]',
  operandCount: { min: 0, max: 1 },
  summary: 'tell about an operator or an aggregate: its fields, units, defaults, what it drops and keeps',
  details: 'Without a name it lists all of them, a line each. The texts are those that check every Plan.',
  options: [{ name: 'markdown', doc: 'all of them as one Markdown document on stdout' }],
  example: 'littoral reference window',
  run(call) {
    const [name] = call.operands;
    if (name !== undefined) {
      const entry = referenceEntry(name);
      return Promise.resolve({ ok: true, document: entry, words: entryWords(entry) });
    }
    const entries = referenceEntries();
    if (call.flag('markdown')) return Promise.resolve({ ok: true, document: entries, words: [], product: referenceMarkdown(entries) });
    const width = Math.max(...entries.map(entry => entry.name.length));
    return Promise.resolve({ ok: true, document: entries, words: entries.map(entry => `${entry.kind.padEnd(9)}  ${entry.name.padEnd(width)}  ${firstSentence(entry.doc)}`) });
  }
};

function entryWords({ kind, name, doc, fields, drops, memory }: ReferenceEntry): string[] {
  return [`${kind} ${name}`, doc, ...fields.map(field => `  ${fieldWords(field)}`), ...(drops === undefined ? [] : [`drops:   ${drops}`]), ...(memory === undefined ? [] : [`memory:  ${memory}`])];
}

function firstSentence(doc: string): string {
  return /^.*?[.:](?=\s|$)/u.exec(doc)?.[0].replace(/:$/u, '.') ?? doc;
}
