import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startChild, type Child, type ChildOptions } from '../../edge/child-process';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');

/** The command line, bundled from the sources as its users have it. */
export interface LittoralBuild {
  readonly entry: string;
  remove(): void;
}

export async function buildLittoral(): Promise<LittoralBuild> {
  const outDir = join(ROOT, '.cache', `edge-faults-${process.pid}`);
  const { buildEdge } = (await import(join(ROOT, 'scripts', 'build-edge.mjs'))) as { buildEdge(options: { root: string; outDir: string }): Promise<void> };
  await buildEdge({ root: ROOT, outDir });
  return { entry: join(outDir, 'main.mjs'), remove: () => rmSync(outDir, { recursive: true, force: true }) };
}

export interface LittoralOptions extends ChildOptions {
  readonly dataDir: string;
  readonly trustFile: string;
  readonly brokerUrl: string;
  readonly lakeDir?: string;
  readonly bundleFile?: string;
  /** Further arguments of `littoral run`. */
  readonly more?: readonly string[];
}

/** `littoral run` as a process of its own. */
export interface LittoralProcess extends Child {
  /** Address of its HTTP server, as soon as it is live; rejects when it ends before. */
  live(): Promise<string>;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

export function startLittoral(build: LittoralBuild, options: LittoralOptions): LittoralProcess {
  const { dataDir, trustFile, brokerUrl, lakeDir, bundleFile, more = [] } = options;
  const args = ['run', ...(bundleFile === undefined ? [] : [bundleFile]), '--data', dataDir, '--trust', trustFile, '--broker', brokerUrl, ...(lakeDir === undefined ? [] : ['--lake', lakeDir]), ...more];
  const child = startChild(build.entry, args, options);
  let over = false;
  void child.ended.then(() => (over = true));
  return {
    ...child,
    async live() {
      for (;;) {
        const url = announced(dataDir, options.under === undefined ? child.process.pid : undefined);
        if (url !== null) return url;
        if (over) throw new Error(`littoral run ended (${String(await child.ended)}) before it was live: ${child.words()}`);
        await new Promise(done => setTimeout(done, 5));
      }
    },
    end(signal) {
      child.process.kill(signal);
      return child.ended;
    }
  };
}

/** The address in `http.json`, if it is that of process `pid`. */
function announced(dataDir: string, pid: number | undefined): string | null {
  try {
    const said = JSON.parse(readFileSync(join(dataDir, 'http.json'), 'utf8')) as { readonly url: string; readonly pid: number };
    return pid === undefined || said.pid === pid ? said.url : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
