import type { LogValue } from '../log/log';
import type { Labels } from '../metrics/metric-set';

/**
 * OpenTelemetry's protocol as JSON (opentelemetry-proto 1.x, the JSON mapping of protobuf): whole 64-bit numbers are texts,
 * trace and span ids are hexadecimal, enumerations are numbers.
 */
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}
export type AnyValue = { readonly stringValue: string } | { readonly boolValue: boolean } | { readonly intValue: string } | { readonly doubleValue: number };

/** Who sends: attributes of the resource, by the names of the semantic conventions where there are any. */
export type Resource = Readonly<Record<string, LogValue>>;

/** Labels of Prometheus whose attribute has a name in the semantic conventions; the others get `littoral.` before them. */
const ATTRIBUTE_OF_LABEL: Readonly<Record<string, string>> = {
  topic: 'messaging.destination.template',
  code: 'error.type',
  version: 'service.version'
};

/** The attribute that carries the label `name`. */
export function attributeOf(name: string): string {
  return ATTRIBUTE_OF_LABEL[name] ?? `littoral.${name}`;
}

export function attributesOf(values: Readonly<Record<string, LogValue>>): KeyValue[] {
  return Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [{ key, value: anyValue(value) }]));
}

export function labelAttributes(labels: Labels): KeyValue[] {
  return Object.entries(labels).map(([name, text]) => ({ key: attributeOf(name), value: { stringValue: text } }));
}

/** Nanoseconds as text, exact to the microsecond. */
export function nanoseconds(timeMs: number): string {
  return `${BigInt(Math.round(timeMs * 1_000))}000`;
}

function anyValue(value: string | number | boolean): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
