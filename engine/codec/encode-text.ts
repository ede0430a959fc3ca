import type { Value } from '../batch/value';
import type { Schema } from '../schema/schema';
import type { DecoderConfig } from '../plan/decoder-config';
import { PlanError } from '../error';
import { encodeBase64 } from './base64';
import { encodeUtf8 } from './utf8';

type Config<F extends DecoderConfig['format']> = Extract<DecoderConfig, { readonly format: F }>;

/** Rows as JSON objects: int64 by all their digits, bytes as base64, numbers that JSON does not have as strings. */
export function jsonEncoder(schema: Schema, { lines }: Config<'json'>): (row: readonly Value[]) => Uint8Array {
  const keys = schema.fields.map(field => JSON.stringify(field.name));
  const end = lines === true ? '}\n' : '}';
  return row => encodeUtf8(`{${keys.map((key, index) => `${key}:${jsonText(row[index] ?? null)}`).join(',')}${end}`);
}

function jsonText(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? (Object.is(value, -0) ? '-0' : String(value)) : JSON.stringify(String(value));
  if (value instanceof Uint8Array) return JSON.stringify(encodeBase64(value));
  return Array.isArray(value) ? `[${(value as readonly number[]).map(jsonText).join(',')}]` : JSON.stringify(value);
}

/** Rows as lines of CSV, with their header unless that is switched off. */
export function csvEncoder(schema: Schema, config: Config<'csv'>): (row: readonly Value[]) => Uint8Array {
  const delimiter = config.delimiter ?? ',';
  const names = config.header === false ? (config.columns ?? schema.fields.map(field => field.name)) : schema.fields.map(field => field.name);
  const places = names.map(name => schema.fields.findIndex(field => field.name === name));
  const quote = config.quote ?? '"';
  const textIn = (text: string): string => csvText(text, delimiter, quote);
  const header = config.header === false ? '' : `${names.map(textIn).join(delimiter)}\n`;
  const nullText = textIn(config.nullText ?? '');
  const textOf = (value: Value): string => {
    if (value === null) return nullText;
    const text = value instanceof Uint8Array ? encodeBase64(value) : Object.is(value, -0) ? '-0' : String(value);
    return textIn(config.decimal === ',' && typeof value === 'number' ? text.replace('.', ',') : text);
  };
  return row => encodeUtf8(`${header}${places.map(place => textOf(row[place] ?? null)).join(delimiter)}\n`);
}

function csvText(text: string, delimiter: string, quote: string): string {
  return text.includes(delimiter) || text.includes(quote) || /[\r\n]/.test(text) ? quote + text.replaceAll(quote, quote + quote) + quote : text;
}

/** One column as text. */
export function numberEncoder(schema: Schema, { column }: Config<'number'>): (row: readonly Value[]) => Uint8Array {
  const place = schema.fields.findIndex(field => field.name === column);
  return row => encodeUtf8(Object.is(row[place], -0) ? '-0' : String(row[place] ?? ''));
}

/** A text column as it is, with a line end when `lines` is set; null is the empty text. */
export function textEncoder(schema: Schema, { column, lines }: Config<'text'>): (row: readonly Value[]) => Uint8Array {
  const place = schema.fields.findIndex(field => field.name === column);
  if (schema.fields[place]?.type !== 'utf8') throw new PlanError('ENCODER_SCHEMA', `text encoder: "${column}" is no utf8 column of the rows. Name one that is.`);
  const end = lines === true ? '\n' : '';
  return row => encodeUtf8(`${String(row[place] ?? '')}${end}`);
}
