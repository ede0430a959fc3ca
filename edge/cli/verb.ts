import type { Terminal } from './terminal';

/** One verb of the command line: everything that its parser, its help page and its dispatch need. */
export interface Verb {
  readonly name: string;
  /** What follows `littoral <name>` in the usage line. */
  readonly operands: string;
  readonly operandCount: { readonly min: number; readonly max: number };
  readonly summary: string;
  readonly details: string;
  readonly options: readonly OptionSpec[];
  /** One command line that works as it stands in a clone. */
  readonly example: string;
  run(call: Call): Promise<Outcome>;
}

export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** Word for the value in help; absent: a switch. */
  readonly value?: string;
  readonly required?: boolean;
  readonly multiple?: boolean;
  readonly doc: string;
}

/** What a verb was called with. */
export interface Call {
  readonly operands: readonly string[];
  /** The operand at `index`; the parser has checked the count. */
  operand(index: number): string;
  text(name: string): string | undefined;
  /** A required option's value; the parser has checked that it is there. */
  required(name: string): string;
  /** A whole number of at least `min`; anything else is wrong usage. */
  wholeNumber(name: string, min: number): number | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
  readonly terminal: Terminal;
}

/** What a verb found. */
export interface Outcome {
  /** false: the answer is no (exit code 1). */
  readonly ok: boolean;
  /** The one JSON document of `--json`. */
  readonly document: unknown;
  /** The same for people. */
  readonly words: readonly string[];
  /** The verb's product, for stdout whether or not `--json` is given; the words then go to stderr. */
  readonly product?: string;
}

export const ExitCode = { done: 0, no: 1, usage: 2, unable: 3 } as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A command line that cannot be understood; exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}
