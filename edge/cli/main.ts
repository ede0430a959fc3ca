import { failureOf } from './failure';
import { helpOfProgram, helpOfVerb } from './help';
import { jsonText } from './json-text';
import { asksForHelp, parseCall } from './parse-call';
import { processTerminal, writeAll } from './terminal';
import { ExitCode, UsageError } from './verb';
import type { Outcome, Verb } from './verb';
import { VERBS } from './verbs';
import { ENGINE_VERSION } from '../../engine/version';

/** Runs one command line and gives its exit code; never throws. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const json = args.includes('--json');
  const terminal = processTerminal();
  try {
    const outcome = await dispatch(args, terminal);
    terminal.close();
    await print(outcome, json);
    return outcome.ok ? ExitCode.done : ExitCode.no;
  } catch (error) {
    terminal.close();
    const failure = failureOf(error);
    await writeAll(process.stderr, `${failure.detail}\n`);
    if (process.env['LITTORAL_DEBUG'] === '1' && error instanceof Error) await writeAll(process.stderr, `${error.stack ?? ''}\n`);
    if (json) await writeAll(process.stdout, `${JSON.stringify({ ok: false, reason: failure.reason, detail: failure.detail })}\n`);
    return failure.exitCode;
  }
}

async function dispatch(args: readonly string[], terminal: ReturnType<typeof processTerminal>): Promise<Outcome> {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError('littoral: no verb given; see `littoral --help`');
  if (name === '--version') return page(ENGINE_VERSION, { version: ENGINE_VERSION });
  if (name === '--help' || name === '-h' || name === 'help') return page(helpOfProgram(VERBS, ENGINE_VERSION));
  const verb = VERBS.find(candidate => candidate.name === name);
  if (verb === undefined) throw new UsageError(`littoral: there is no verb "${name}".${nearest(name)} See \`littoral --help\`.`);
  if (asksForHelp(rest)) return page(helpOfVerb(verb));
  return verb.run(parseCall(verb, rest, terminal));
}

function page(text: string, document: unknown = { help: text }): Outcome {
  return { ok: true, document, words: [text.trimEnd()] };
}

function nearest(name: string): string {
  const match = VERBS.map((verb: Verb) => verb.name).find(verb => verb.startsWith(name.slice(0, 3)));
  return match === undefined ? '' : ` Did you mean "${match}"?`;
}

async function print(outcome: Outcome, json: boolean): Promise<void> {
  const words = outcome.words.map(line => `${line}\n`).join('');
  if (outcome.product !== undefined) {
    await writeAll(process.stderr, words);
    await writeAll(process.stdout, outcome.product);
  } else if (json) {
    await writeAll(process.stderr, words);
    await writeAll(process.stdout, jsonText(outcome.document));
  } else await writeAll(process.stdout, words);
}
