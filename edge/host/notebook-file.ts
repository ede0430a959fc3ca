import { LittoralError } from '../../engine/error';
import type { CodeCell } from './notebook-program';

/** The code cells of a notebook (nbformat 4) in order. Throws `NOTEBOOK_UNREADABLE` for anything else. */
export function codeCells(text: string, file: string): readonly CodeCell[] {
  const cells = cellsOf(parseJson(text, file));
  if (cells === null) throw unreadable(file, 'it has no list of cells, a notebook of format 4 was expected');
  const sources = cells.filter(cell => isRecord(cell) && cell['cell_type'] === 'code').map(cell => sourceOf(cell));
  return sources.flatMap((source, index) => (source === null || source.trim() === '' ? [] : [{ index: index + 1, source }]));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

function cellsOf(document: unknown): readonly unknown[] | null {
  if (!isRecord(document) || !Array.isArray(document['cells'])) return null;
  return document['cells'];
}

function sourceOf(cell: unknown): string | null {
  if (!isRecord(cell)) return null;
  const source = cell['source'];
  if (typeof source === 'string') return source;
  return Array.isArray(source) && source.every(line => typeof line === 'string') ? source.join('') : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unreadable(file: string, seen: string): LittoralError {
  return new LittoralError('NOTEBOOK_UNREADABLE', `notebook "${file}": ${seen}. Open it in JupyterLab and save it again.`);
}
