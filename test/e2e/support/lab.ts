import type { Page } from 'playwright-core';

/** The part of JupyterLab's application object that the tests drive; exposed by `exposeAppInBrowser`. */
interface ExposedApp {
  readonly restored: Promise<void>;
  readonly commands: { execute(id: string, args?: object): Promise<unknown>; hasCommand(id: string): boolean };
  readonly shell: { readonly currentWidget: unknown };
}
declare global {
  interface Window {
    readonly jupyterapp: ExposedApp;
  }
}

export async function openApp(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.waitForFunction(() => window.jupyterapp !== undefined, undefined, { timeout: 90_000 });
  await page.evaluate(() => window.jupyterapp.restored);
}

export function execute(page: Page, command: string, args: object = {}): Promise<unknown> {
  return page.evaluate(
    ([id, options]) => window.jupyterapp.commands.execute(id, options).then(value => (typeof value === 'object' ? null : value)),
    [command, args] as const
  );
}

/** Waits until the notebook in front, the one at `path` if given, has an idle kernel. */
export async function kernelIdle(page: Page, path?: string): Promise<void> {
  await page.waitForFunction(
    wanted => {
      const panel = window.jupyterapp.shell.currentWidget as { context?: { path: string }; sessionContext?: { session?: { kernel?: { status?: string } } } } | null;
      return panel?.sessionContext?.session?.kernel?.status === 'idle' && (wanted === undefined || panel.context?.path === wanted);
    },
    path,
    { timeout: 90_000 }
  );
}

export interface CellOutcome {
  readonly source: string;
  readonly count: number | null;
  readonly errors: readonly string[];
  readonly text: string;
}

/** Sources, execution counts and outputs of the code cells of the notebook in front. */
export function codeCells(page: Page): Promise<CellOutcome[]> {
  return page.evaluate(() => {
    interface Output {
      output_type: string;
      ename?: string;
      evalue?: string;
      text?: string | string[];
      data?: Record<string, unknown>;
    }
    interface CellJson {
      cell_type: string;
      source: string | string[];
      execution_count: number | null;
      outputs?: Output[];
    }
    const panel = window.jupyterapp.shell.currentWidget as { context: { model: { toJSON(): { cells: CellJson[] } } } };
    const join = (value: unknown): string => (Array.isArray(value) ? value.join('') : String(value ?? ''));
    return panel.context.model
      .toJSON()
      .cells.filter(cell => cell.cell_type === 'code')
      .map(cell => ({
        source: join(cell.source),
        count: cell.execution_count,
        errors: (cell.outputs ?? []).filter(output => output.output_type === 'error').map(output => `${output.ename}: ${output.evalue}`),
        text: (cell.outputs ?? []).map(output => join(output.text ?? output.data?.['text/plain'])).join('\n')
      }));
  });
}
