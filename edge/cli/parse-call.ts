import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import type { Terminal } from './terminal';
import { UsageError } from './verb';
import type { Call, OptionSpec, Verb } from './verb';

/** Options that every verb takes. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  { name: 'json', doc: 'exactly one JSON document on stdout; words go to stderr' },
  { name: 'help', short: 'h', doc: 'this page' }
];

type ParsedValues = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** Reads the arguments after the verb. Throws UsageError with the nearest mend. */
export function parseCall(verb: Verb, args: readonly string[], terminal: Terminal): Call {
  const { values, positionals } = parseTokens(verb, args);
  for (const option of verb.options) {
    if (option.required === true && values[option.name] === undefined) {
      throw new UsageError(`littoral ${verb.name}: --${option.name} ${option.value ?? ''} is missing; see \`littoral ${verb.name} --help\``);
    }
  }
  const { min, max } = verb.operandCount;
  if (positionals.length < min || positionals.length > max) {
    const expected = min === max ? `${min}` : `${min} to ${max}`;
    throw new UsageError(`littoral ${verb.name}: ${positionals.length} operands given, ${expected} expected: littoral ${verb.name} ${verb.operands}`);
  }
  return makeCall(verb, values, positionals, terminal);
}

/** Whether the arguments ask for help; read before anything is checked. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some(arg => arg === '--help' || arg === '-h');
}

function parseTokens(verb: Verb, args: readonly string[]): { values: ParsedValues; positionals: string[] } {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const option of [...verb.options, ...COMMON_OPTIONS]) {
    options[option.name] = {
      type: option.value === undefined ? 'boolean' : 'string',
      multiple: option.multiple === true,
      ...(option.short === undefined ? {} : { short: option.short })
    };
  }
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`littoral ${verb.name}: ${message.replace(/\.$/, '')}; see \`littoral ${verb.name} --help\``);
  }
}

function makeCall(verb: Verb, values: ParsedValues, operands: readonly string[], terminal: Terminal): Call {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    operands,
    terminal,
    text,
    operand: index => operands[index] ?? '',
    required: name => text(name) ?? '',
    flag: name => values[name] === true,
    texts(name) {
      const value = values[name];
      return Array.isArray(value) ? value.filter(item => typeof item === 'string') : [];
    },
    wholeNumber(name, min) {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= min) return number;
      throw new UsageError(`littoral ${verb.name}: --${name} "${value}" is not a whole number of at least ${min}`);
    }
  };
}
