import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { help } from '../../../engine/api/help';
import { referenceMarkdown } from '../../../engine/reference/markdown';
import { referenceEntries } from '../../../engine/reference/reference';

describe('the reference of operators and aggregates', () => {
  const entries = referenceEntries();

  test.each(entries.map(entry => [`${entry.kind} ${entry.name}`, entry] as const))('%s says what it does, with a type and a line for each field', (_name, entry) => {
    expect(entry.doc).toMatch(/\.$/u);
    if (entry.kind === 'operator') expect([entry.drops, entry.memory]).toEqual([expect.stringMatching(/\.$/u), expect.stringMatching(/\.$/u)]);
    for (const field of entry.fields) expect([field.name, field.type, field.doc], field.name).toEqual([expect.stringMatching(/^\w+$/u), expect.stringMatching(/./u), expect.stringMatching(/\.$/u)]);
  });

  test('units are named where numbers are times or frequencies', () => {
    for (const { name, fields } of entries) for (const field of fields) if (/(?:Ms|Hz)$/u.test(field.name)) expect(`${name}.${field.name} ${field.unit ?? ''}`).toMatch(/ (?:ms|Hz)$/u);
  });

  test('stands in docs/reference.md; `littoral reference --markdown > docs/reference.md` brings it up to date', () => {
    expect(readFileSync(new URL('../../../docs/reference.md', import.meta.url), 'utf8')).toBe(referenceMarkdown(entries));
  });

  test('help gives a line for each, all lines of one, and a hint for a slip', () => {
    expect(help().map(({ name }) => name)).toEqual(entries.map(({ name }) => name));
    expect(help('mean')[0]).toMatchObject({ name: 'mean', type: 'aggregate' });
    expect(help('window').map(({ name }) => name)).toEqual(expect.arrayContaining(['window', 'allowedLatenessMs', 'drops', 'memory']));
    expect(help('session')).toEqual(help('window'));
    expect(() => help('windwo')).toThrowError(/Did you mean "window"/u);
  });
});
