import { aggregateSpecs } from '../aggregate/registry';
import { didYouMean } from '../did-you-mean';
import { LittoralError } from '../error';
import type { FieldSpec, OperatorSpec } from '../operator/operator';
import { WINDOW_KIND_NAMES } from '../plan/nodes/window';
import { operatorSpecs } from '../operator/registry';

/** What the specs say about one operator or aggregate. */
export interface ReferenceEntry {
  readonly kind: 'operator' | 'aggregate';
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly FieldSpec[];
  /** Which rows do not come out, and where they are counted; operators only. */
  readonly drops?: string;
  /** What is kept, and its bound; operators only. */
  readonly memory?: string;
}

/** Every operator, then every aggregate, in the order of the registries. */
export function referenceEntries(): readonly ReferenceEntry[] {
  const operators: readonly Pick<OperatorSpec<never>, 'op' | 'doc' | 'fields' | 'drops' | 'memory'>[] = Object.values(operatorSpecs);
  return [
    ...operators.map(({ op, doc, fields, drops, memory }): ReferenceEntry => ({ kind: 'operator', name: op, doc, fields, drops, memory })),
    ...Object.values(aggregateSpecs).map(({ fn, doc, options }): ReferenceEntry => ({ kind: 'aggregate', name: fn, doc, fields: options }))
  ];
}

const WINDOW_KINDS: readonly string[] = WINDOW_KIND_NAMES;

/** The entry called `name`; the kinds of windows are those of `window`. Throws `UNKNOWN_NAME` with what it could have meant. */
export function referenceEntry(name: string): ReferenceEntry {
  const entries = referenceEntries();
  const found = entries.find(entry => entry.name === (WINDOW_KINDS.includes(name) ? 'window' : name));
  if (found !== undefined) return found;
  throw new LittoralError('UNKNOWN_NAME', `"${name}": there is no operator or aggregate of that name; expected one of the reference.${didYouMean(name, entries.map(entry => entry.name))} Leave the name out to see all.`);
}

/** `name: type in unit, default 1. Doc.` */
export function fieldWords({ name, type, unit, default: preset, doc }: FieldSpec): string {
  const inUnit = unit === undefined ? '' : ` in ${unit}`;
  const fallback = preset === undefined ? '' : `, default ${JSON.stringify(preset)}`;
  return `${name}: ${type}${inUnit}${fallback}. ${doc}`;
}
