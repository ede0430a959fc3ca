import { COMMON_OPTIONS } from './parse-call';
import type { OptionSpec, Verb } from './verb';

/** The page of `littoral --help`. */
export function helpOfProgram(verbs: readonly Verb[], version: string): string {
  const width = Math.max(...verbs.map(verb => verb.name.length));
  return [
    `littoral ${version}: sensor-stream pipelines from the notebook to the edge and the lake.`,
    '',
    'Usage: littoral <verb> … [--json] [--help]',
    '',
    ...verbs.map(verb => `  ${verb.name.padEnd(width)}  ${verb.summary}`),
    '',
    'A <pipeline> is a *.pipeline.ts (its default export), a notebook (x.ipynb#name) or a Plan as JSON.',
    'Exit codes: 0 done · 1 the answer is no · 2 wrong usage · 3 could not do it.',
    'Each verb has its own page: littoral <verb> --help',
    ''
  ].join('\n');
}

/** The page of `littoral <verb> --help`. */
export function helpOfVerb(verb: Verb): string {
  const options = [...verb.options, ...COMMON_OPTIONS];
  const heads = options.map(optionHead);
  const width = Math.max(...heads.map(head => head.length));
  return [
    `Usage: littoral ${verb.name} ${verb.operands}`.trimEnd(),
    '',
    verb.details,
    '',
    ...options.map((option, index) => `  ${(heads[index] ?? '').padEnd(width)}  ${option.doc}${option.required === true ? ' (required)' : ''}`),
    '',
    'Example:',
    `  ${verb.example}`,
    ''
  ].join('\n');
}

function optionHead(option: OptionSpec): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  const value = option.value === undefined ? '' : ` ${option.value}`;
  return `${short}--${option.name}${value}${option.multiple === true ? ' …' : ''}`;
}
