import { failureOf } from './failure';
import { helpOfProgram, helpOfVerb } from './help';
import { jsonText } from './json-text';
import { asksForHelp, parseCall } from './parse-call';
import { processTerminal, writeWords } from './terminal';
import type { Write } from './terminal';
import { ExitCode, UsageError } from './verb';
import type { Outcome } from './verb';
import { VERBS } from './verbs';
import { ENGINE_VERSION } from '../../engine/version';

/** Runs one command line, writes its result with `write`, and gives its exit code; never rejects. */
export async function main(args: readonly string[], write: Write): Promise<ExitCode> {
  const json = args.includes('--json');
  const terminal = processTerminal();
  try {
    const outcome = await dispatch(args, terminal);
    terminal.close();
    await print(outcome, json, write);
    return outcome.ok ? ExitCode.done : ExitCode.no;
  } catch (error) {
    terminal.close();
    return printFailure(error, json, write);
  }
}

/** Says in one sentence why there is no result; the stack only when LITTORAL_DEBUG asks for it. */
export async function printFailure(error: unknown, json: boolean, write: Write): Promise<ExitCode> {
  const failure = failureOf(error);
  await writeWords(`${failure.detail}\n`);
  if (process.env['LITTORAL_DEBUG'] === '1' && error instanceof Error) await writeWords(`${error.stack ?? ''}\n`);
  if (json) await write(jsonText({ ok: false, reason: failure.reason, detail: failure.detail }));
  return failure.exitCode;
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
  const match = VERBS.find(verb => verb.name.startsWith(name.slice(0, 3)));
  return match === undefined ? '' : ` Did you mean "${match.name}"?`;
}

async function print(outcome: Outcome, json: boolean, write: Write): Promise<void> {
  const words = outcome.words.map(line => `${line}\n`).join('');
  if (outcome.product === undefined && !json) return write(words);
  await writeWords(words);
  await write(outcome.product ?? jsonText(outcome.document));
}
