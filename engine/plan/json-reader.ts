import { didYouMean, quotedNames } from '../did-you-mean';
import { PlanError } from '../error';

/** A PlanError `PLAN_INVALID` at `path`: what was seen there, and what is expected. */
export function planInvalid(path: string, seen: string, expected: string, hint = ''): PlanError {
  return new PlanError('PLAN_INVALID', `${path}: ${seen}; expected ${expected}.${hint}`, { details: { path } });
}

/** `value` in a few words, for messages; never longer than a line. */
export function describe(value: unknown): string {
  if (value === undefined) return 'it is missing';
  if (value === null) return 'got null';
  if (typeof value === 'string') return `got "${value.length > 64 ? `${value.slice(0, 64)}…` : value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return `got ${value}`;
  return Array.isArray(value) ? `got a list of ${value.length}` : `got ${typeof value === 'object' ? 'an object' : `a ${typeof value}`}`;
}

/**
 * Reads one JSON object strictly: every field is asked for by name and type, `end` refuses the fields nobody asked for.
 * Reads own properties only, so that a hostile prototype or `__proto__` has no effect.
 */
export class ObjectReader {
  private readonly fields: ReadonlyMap<string, unknown>;
  private readonly asked: string[] = [];

  constructor(
    json: unknown,
    readonly path: string
  ) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw planInvalid(path, describe(json), 'an object');
    this.fields = new Map(Object.entries(json));
  }

  get names(): readonly string[] {
    return [...this.fields.keys()];
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  raw(name: string): unknown {
    if (!this.asked.includes(name)) this.asked.push(name);
    return this.fields.get(name);
  }

  at(name: string): string {
    return `${this.path}.${name}`;
  }

  text(name: string, lengthMax: number, form?: TextForm): string {
    const value = this.raw(name);
    if (typeof value !== 'string' || value.length === 0 || value.length > lengthMax) throw planInvalid(this.at(name), describe(value), `a text of 1 to ${lengthMax} characters`);
    if (form !== undefined && !form.pattern.test(value)) throw planInvalid(this.at(name), describe(value), form.expected);
    return value;
  }

  integer(name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.raw(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
      throw planInvalid(this.at(name), describe(value), max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`);
    }
    return value === 0 ? 0 : value;
  }

  integerOrNull(name: string, min: number): number | null {
    return this.raw(name) === null ? null : this.integer(name, min);
  }

  number(name: string, min: number, max: number): number {
    const value = this.raw(name);
    if (typeof value !== 'number' || !(value >= min && value <= max)) throw planInvalid(this.at(name), describe(value), `a number from ${min} to ${max}`);
    return value === 0 ? 0 : value;
  }

  boolean(name: string): boolean {
    const value = this.raw(name);
    if (typeof value !== 'boolean') throw planInvalid(this.at(name), describe(value), 'true or false');
    return value;
  }

  oneOf<T extends string | number>(name: string, allowed: readonly T[]): T {
    const value = this.raw(name);
    const found = allowed.find(candidate => candidate === value);
    if (found !== undefined) return found;
    const names = allowed.map(String);
    throw planInvalid(this.at(name), describe(value), `one of ${quotedNames(names)}`, typeof value === 'string' ? didYouMean(value, names) : '');
  }

  object(name: string): ObjectReader {
    return new ObjectReader(this.raw(name), this.at(name));
  }

  list<T>(name: string, min: number, max: number, read: (item: unknown, path: string, index: number) => T): readonly T[] {
    const value = this.raw(name);
    if (!Array.isArray(value) || value.length < min || value.length > max) throw planInvalid(this.at(name), describe(value), `a list of ${min} to ${max}`);
    return value.map((item: unknown, index) => read(item, `${this.at(name)}[${index}]`, index));
  }

  /** An object whose keys are names of the user's choosing. */
  entries<T>(name: string, min: number, max: number, read: (reader: ObjectReader, key: string) => T): Readonly<Record<string, T>> {
    const reader = this.object(name);
    if (reader.names.length < min || reader.names.length > max) throw planInvalid(reader.path, `it has ${reader.names.length} entries`, `${min} to ${max}`);
    return Object.fromEntries(reader.names.map(key => [key, read(reader, key)]));
  }

  /** Refuses every field that was not read. */
  end(): void {
    for (const name of this.fields.keys()) {
      if (this.asked.includes(name)) continue;
      throw planInvalid(this.path, `unknown field "${name.slice(0, 64)}"`, `only ${quotedNames(this.asked)}`, didYouMean(name, this.asked));
    }
  }
}

export interface TextForm {
  readonly pattern: RegExp;
  readonly expected: string;
}

/** Throws when two of `names` are equal. */
export function refuseDuplicates(names: readonly string[], path: string, what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw planInvalid(path, `${what} "${name}" occurs twice`, `every ${what} once`);
    seen.add(name);
  }
}
