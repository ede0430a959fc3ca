import { basename, dirname, resolve } from 'node:path';
import { didYouMean } from '../../engine/did-you-mean';
import { LittoralError } from '../../engine/error';
import { parsePlanText } from '../../engine/plan/parse-plan';
import type { Plan } from '../../engine/plan/plan';
import { readFileText } from './files';
import { inTime } from './in-time';
import { inertApi } from './inert-api';
import { codeCells } from './notebook-file';
import { runNotebook } from './run-notebook';
import type { FoundPipeline } from './run-notebook';
import { planOf } from './pipeline-value';
import { runModule } from './run-module';

/** A pipeline as a command line names it: its checked Plan and where its models lie. */
export interface LoadedPipeline {
  readonly plan: Plan;
  /** Folder beside which model files are looked for. */
  readonly folder: string;
  readonly source: string;
}

/**
 * Loads `<pipeline>`: a `*.ts`/`*.mjs`/`*.js` program whose default export is the pipeline, a notebook (`x.ipynb#name`,
 * the pipeline's name or its variable; without `#` the only one) or a Plan as JSON. Programs and notebooks are run, with
 * `run`, `record`, `replay`, `validate` and `export` doing nothing. Rejects with PlanError or `PIPELINE_…`.
 */
export async function loadPipeline(operand: string): Promise<LoadedPipeline> {
  const [path, name] = splitName(operand);
  const folder = dirname(resolve(path));
  if (/\.ipynb$/i.test(path)) return { plan: await notebookPlan(path, name), folder, source: operand };
  if (name !== null) throw new LittoralError('PIPELINE_UNKNOWN', `"${operand}": "#${name}" names a pipeline of a notebook, "${basename(path)}" is none. Leave "#${name}" out.`);
  const text = await readFileText(path, 'pipeline');
  if (/\.[cm]?[jt]sx?$/i.test(path)) return { plan: await modulePlan(path, text), folder, source: operand };
  return { plan: namedPlan(text, path), folder, source: operand };
}

/** The Plan in a JSON file; what is wrong with it names the file. */
function namedPlan(text: string, path: string): Plan {
  try {
    return parsePlanText(text);
  } catch (error) {
    throw programError(error, `plan "${path}"`);
  }
}

function splitName(operand: string): [path: string, name: string | null] {
  const at = operand.lastIndexOf('#');
  return at > 0 && /\.ipynb$/i.test(operand.slice(0, at)) ? [operand.slice(0, at), operand.slice(at + 1)] : [operand, null];
}

async function modulePlan(path: string, code: string): Promise<Plan> {
  const absolute = resolve(path);
  try {
    const exports = await inTime(runModule({ code, path: absolute, loader: /\.[cm]?tsx?$/i.test(path) ? 'ts' : 'js' }, inertApi()), path);
    return defaultPlan(exports['default'], path);
  } catch (error) {
    throw programError(error, `"${path}"${lineWords(error, absolute)}`);
  }
}

function defaultPlan(value: unknown, path: string): Plan {
  const plan = planOf(value);
  if (plan !== null) return plan;
  const seen = value === undefined ? 'it has no default export' : `its default export is ${describe(value)}`;
  throw new LittoralError('PIPELINE_MISSING', `"${path}": ${seen}; a pipeline was expected. Write \`export default p;\` with the pipeline in p.`);
}

async function notebookPlan(path: string, name: string | null): Promise<Plan> {
  const cells = codeCells(await readFileText(path, 'notebook'), path);
  const { found, failure } = await inTime(runNotebook(cells, resolve(path)), path);
  const matching = name === null ? distinct(found) : found.filter(pipeline => pipeline.plan.name === name || pipeline.variable === name);
  const last = matching.at(-1);
  if (last !== undefined && (name !== null || matching.length === 1)) return last.plan;
  if (failure !== null && found.length === 0) throw programError(failure.error, `notebook "${path}", code cell ${failure.cell}`);
  const names = [...new Set(found.map(pipeline => pipeline.plan.name))];
  const seen = names.length === 0 ? 'no cell defines a pipeline' : `it defines ${names.map(known => `"${known}"`).join(', ')}`;
  const wanted = name === null ? `one pipeline was expected; name it: ${path}#${names[0] ?? 'name'}` : `"${name}" was expected.${didYouMean(name, names)}`;
  const ended = failure === null ? '' : ` The cells after code cell ${failure.cell} were not run: ${programError(failure.error, 'it').message}`;
  throw new LittoralError('PIPELINE_UNKNOWN', `notebook "${path}": ${seen}; ${wanted}${ended}`);
}

/** One entry per name; a later cell's pipeline takes the place of an earlier one. */
function distinct(found: readonly FoundPipeline[]): FoundPipeline[] {
  return [...new Map(found.map(pipeline => [pipeline.plan.name, pipeline])).values()];
}

/** What user code threw, as a sentence about the program; errors of the API keep their code. */
function programError(error: unknown, subject: string): LittoralError {
  if (error instanceof LittoralError) {
    if (error.code.startsWith('PIPELINE_')) return error;
    return new LittoralError(error.code, `${subject}: ${error.message}`, { details: { ...error.details }, cause: error });
  }
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new LittoralError('PIPELINE_FAILED', `${subject}: it threw ${words}. Mend the program and try again.`, { cause: error });
}

/** `, line 12` of the innermost frame in the user's own file; source maps have turned the bundle's places into the file's. */
function lineWords(error: unknown, path: string): string {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frame = stack.split('\n').find(line => /^\s+at /.test(line) && line.includes(path));
  const line = frame === undefined ? undefined : /:(\d+):\d+\)?$/.exec(frame)?.[1];
  return line === undefined ? '' : `, line ${line}`;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return `an object (${Object.keys(value).slice(0, 3).join(', ')} …)`;
  return `a ${typeof value}`;
}
