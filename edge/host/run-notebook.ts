import type { Plan } from '../../engine/plan/plan';
import { inertApi } from './inert-api';
import { inertValue } from './inert-value';
import { notebookProgram } from './notebook-program';
import type { CodeCell } from './notebook-program';
import { planOf } from './pipeline-value';
import { runModule } from './run-module';

export interface FoundPipeline {
  readonly variable: string;
  readonly plan: Plan;
}
export interface NotebookRun {
  /** Pipelines in the order in which their cells were run. */
  readonly found: readonly FoundPipeline[];
  /** The cell at which the run ended early; pipelines before it are found all the same. */
  readonly failure: { readonly cell: number; readonly error: unknown } | null;
}

/** Names that a notebook has without importing them; what they do in a kernel does not matter for its pipelines. */
const KERNEL_NAMES = ['display', 'fetch', 'document', 'window', 'self'] as const;

/** Runs the cells in their order and collects every pipeline that a cell declares. */
export async function runNotebook(cells: readonly CodeCell[], path: string): Promise<NotebookRun> {
  const found: FoundPipeline[] = [];
  const api = inertApi();
  const absent = [...KERNEL_NAMES, ...Object.keys(api)];
  const body = await notebookProgram(cells, path);
  const code = `export default async ({ load, cell, ${absent.join(', ')} }) => {\n${body}\n};`;
  let done = -1;
  const exports = await runModule({ code, path, loader: 'js' }, api);
  const program = exports['default'];
  if (typeof program !== 'function') throw new Error('the notebook program has no function');
  const scope = {
    ...Object.fromEntries(KERNEL_NAMES.map(name => [name, inertValue()])),
    ...api,
    load: (name: string) => (name === 'littoral' ? api : inertValue()),
    cell(index: number, declared: Readonly<Record<string, unknown>>) {
      done = cells.findIndex(candidate => candidate.index === index);
      for (const [variable, value] of Object.entries(declared)) {
        const plan = planOf(value);
        if (plan !== null) found.push({ variable, plan });
      }
    }
  };
  try {
    await program(scope);
    return { found, failure: null };
  } catch (error) {
    return { found, failure: { cell: cells[done + 1]?.index ?? 0, error } };
  }
}
