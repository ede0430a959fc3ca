import { referenceEntries, referenceEntry } from '../reference/reference';

/** A line of help: what something is called, what it is, and what it does. */
export interface HelpLine {
  readonly name: string;
  readonly type: string;
  readonly default: string;
  readonly doc: string;
}

/**
 * What operators and aggregates there are: `help()`, and all about one of them: `help('window')`, as rows that a notebook
 * shows as a table. Throws LittoralError `UNKNOWN_NAME`.
 */
export function help(name?: string): readonly HelpLine[] {
  if (name === undefined) return referenceEntries().map(({ name: own, kind, doc }) => ({ name: own, type: kind, default: '', doc }));
  const { kind, name: own, doc, fields, drops, memory } = referenceEntry(name);
  return [
    { name: own, type: kind, default: '', doc },
    ...fields.map(field => ({ name: field.name, type: field.unit === undefined ? field.type : `${field.type}, ${field.unit}`, default: field.default === undefined ? '' : JSON.stringify(field.default), doc: field.doc })),
    ...(drops === undefined ? [] : [{ name: 'drops', type: '', default: '', doc: drops }]),
    ...(memory === undefined ? [] : [{ name: 'memory', type: '', default: '', doc: memory }])
  ];
}
