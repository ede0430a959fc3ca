import { SourceMapConsumer } from 'source-map-js';
import { LittoralError } from '../../../engine/error';
import { codeExcerpt, GREY, RED, RESET } from '../excerpt';
import type { ErrorContent } from '../ports';
import type { CompiledCell } from '../transform/compile';
import { rawMap } from '../transform/source-map';
import { inspect } from './inspect';

interface Frame {
  readonly name: string;
  readonly number: number;
  readonly source: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

const CELLS_MAX = 1_000;
const CAUSES_MAX = 5;
const FRAMES_MAX = 20;

/** Turns errors of compiled cells into what the user wrote: `cell [3] 2:7`, with the line itself. */
export class Tracebacks {
  private readonly cells = new Map<string, { readonly number: number; readonly map: string }>();
  private readonly consumers = new Map<string, SourceMapConsumer>();

  register(compiled: CompiledCell, number: number): void {
    this.cells.set(compiled.sourceName, { number, map: compiled.map });
    if (this.cells.size <= CELLS_MAX) return;
    const [oldest] = this.cells.keys();
    if (oldest === undefined) return;
    this.cells.delete(oldest);
    this.consumers.delete(oldest);
  }

  describe(thrown: unknown): ErrorContent {
    if (!(thrown instanceof Error)) {
      const evalue = typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 2 });
      return { ename: 'Thrown', evalue, traceback: [`${RED}Thrown${RESET}: ${evalue}`, `${GREY}throw an Error to see where it happened${RESET}`] };
    }
    return { ename: thrown.name, evalue: thrown.message, traceback: this.lines(thrown, 0) };
  }

  private lines(error: Error, level: number): string[] {
    const frames = this.frames(error);
    const code = error instanceof LittoralError ? ` ${GREY}${error.code}${RESET}` : '';
    const lines = [`${RED}${error.name}${RESET}${code}: ${error.message}`];
    const [first] = frames;
    if (first !== undefined) lines.push(...excerpt(first));
    for (const frame of frames.slice(0, FRAMES_MAX)) lines.push(`${GREY}    at ${frame.name === '' ? '' : `${frame.name} `}cell [${frame.number}] ${frame.line}:${frame.column}${RESET}`);
    if (error instanceof AggregateError) for (const one of error.errors.slice(0, CAUSES_MAX) as unknown[]) lines.push(...this.describe(one).traceback.map(line => `  ${line}`));
    if (error.cause !== undefined && level < CAUSES_MAX) lines.push(`${GREY}caused by${RESET}`, ...(error.cause instanceof Error ? this.lines(error.cause, level + 1) : [inspect(error.cause)]));
    return lines;
  }

  /** The frames of `error` that lie in cells. */
  frames(error: Error): Frame[] {
    const frames: Frame[] = [];
    for (const line of (error.stack ?? '').split('\n')) {
      const match = /^\s*(?:at )?(?:async )?(.*?)[ (@]*(littoral-cell-[\w-]+):(\d+):(\d+)\)?$/.exec(line);
      if (match === null) continue;
      const frame = this.original(match[1] ?? '', match[2] ?? '', Number(match[3]), Number(match[4]));
      if (frame !== null) frames.push(frame);
    }
    return frames;
  }

  private original(name: string, sourceName: string, line: number, column: number): Frame | null {
    const cell = this.cells.get(sourceName);
    if (cell === undefined) return null;
    const consumer = this.consumers.get(sourceName) ?? new SourceMapConsumer(rawMap(cell.map));
    this.consumers.set(sourceName, consumer);
    const found = consumer.originalPositionFor({ line, column: column - 1 });
    if (typeof found.line !== 'number') return null;
    return { name: functionName(name), number: cell.number, source: consumer.sourceContentFor(sourceName, true) ?? '', line: found.line, column: (found.column ?? 0) + 1 };
  }
}

/** V8 names the cell's own wrapper `eval`, and functions kept in the scope object `Object.f` or `$notebook.f`. */
function functionName(name: string): string {
  const plain = name.replace(/^async /, '').replace(/^(?:Object|\$notebook)\./, '').replace(/ \[as .*\]$/, '');
  return plain === 'eval' || plain === '<anonymous>' || plain === 'anonymous' ? '' : plain;
}

/** The line where it happened, with its neighbours and a caret. */
function excerpt(frame: Frame): string[] {
  return codeExcerpt({ title: `cell [${frame.number}] ${frame.line}:${frame.column}`, source: frame.source, line: frame.line, column: frame.column });
}
