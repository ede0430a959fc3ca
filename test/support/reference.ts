import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../golden/reference');

export interface ReferenceCase {
  readonly name: string;
  readonly op?: string;
  readonly codec?: string;
  readonly input: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  readonly expected: unknown;
  readonly relTolerance: number;
  readonly absTolerance: number;
  readonly acceptAlso?: readonly unknown[];
}

/** The cases of `test/golden/reference/<path>`. */
export function referenceCases(path: string): readonly ReferenceCase[] {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as ReferenceCase[];
}

export function referenceJson(path: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

export function referenceBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(join(ROOT, path)));
}

/** A value of the reference notation as a plain one: $bytes, $int, $str, $file, "NaN" and the infinities. */
export function plain(value: unknown, folder = ''): unknown {
  if (value === 'NaN') return NaN;
  if (value === 'Infinity') return Infinity;
  if (value === '-Infinity') return -Infinity;
  if (Array.isArray(value)) return value.map(item => plain(item, folder));
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Record<string, unknown>;
  if (typeof record['$bytes'] === 'string') return new Uint8Array(Buffer.from(record['$bytes'], 'base64'));
  if (typeof record['$int'] === 'string') return BigInt(record['$int']);
  if (typeof record['$str'] === 'string') return record['$str'];
  if (typeof record['$file'] === 'string') return referenceBytes(join(folder, record['$file']));
  return Object.fromEntries(Object.entries(record).map(([name, item]) => [name, plain(item, folder)]));
}

/** Whether `seen` passes against `expected` under the rules of test/golden/reference/README.md. */
export function passes(seen: number, expected: number, relTolerance: number, absTolerance: number): boolean {
  if (Number.isNaN(expected)) return Number.isNaN(seen);
  if (!Number.isFinite(expected)) return seen === expected;
  return Math.abs(seen - expected) <= absTolerance + relTolerance * Math.abs(expected);
}
