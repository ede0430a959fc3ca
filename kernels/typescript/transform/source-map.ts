import { SourceMapConsumer, SourceMapGenerator } from 'source-map-js';
import type { RawSourceMap } from 'source-map-js';
import type { EditedText } from './edits';
import type { Stripped } from './strip';

/** Offsets and 1-based lines with 0-based columns of one text. */
export class SourceLines {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    for (let index = text.indexOf('\n'); index >= 0; index = text.indexOf('\n', index + 1)) this.starts.push(index + 1);
  }

  position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { line: low, column: offset - (this.starts[low - 1] ?? 0) };
  }

  offset(line: number, column: number): number {
    return (this.starts[line - 1] ?? 0) + column;
  }
}

/** Offset in the TypeScript text that the stripped text came from. */
export function originalOffset(stripped: Stripped, offset: number): number {
  const consumer = new SourceMapConsumer(rawMap(stripped.map));
  const found = consumer.originalPositionFor(new SourceLines(stripped.text).position(offset));
  if (typeof found.line !== 'number') return 0;
  return new SourceLines(stripped.source).offset(found.line, found.column ?? 0);
}

export function rawMap(json: string): RawSourceMap {
  return JSON.parse(json) as RawSourceMap;
}

export interface ComposeOptions {
  readonly stripped: Stripped;
  readonly edited: EditedText;
  /** Text that stands before the edited text in the final code. */
  readonly head: string;
  readonly source: string;
  /** Characters that were put before the source when it was parsed. */
  readonly sourceShift: number;
  readonly sourceName: string;
}

/** The map from the final code to the cell: TypeScript's map, moved by the edits. */
export function composeMap(options: ComposeOptions): string {
  const { stripped, edited, head, source, sourceShift, sourceName } = options;
  const strippedLines = new SourceLines(stripped.text);
  const finalLines = new SourceLines(head + edited.text);
  const generator = new SourceMapGenerator({ file: sourceName });
  const consumer = new SourceMapConsumer(rawMap(stripped.map));
  consumer.eachMapping(mapping => {
    if (mapping.originalLine === null || mapping.originalColumn === null) return;
    const offset = strippedLines.offset(mapping.generatedLine, mapping.generatedColumn);
    const column = mapping.originalLine === 1 ? Math.max(0, mapping.originalColumn - sourceShift) : mapping.originalColumn;
    generator.addMapping({
      generated: finalLines.position(head.length + edited.offsetAfter(offset)),
      original: { line: mapping.originalLine, column },
      source: sourceName
    });
  });
  generator.setSourceContent(sourceName, source);
  return generator.toString();
}
