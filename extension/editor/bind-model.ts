import type { ISharedFile } from '@jupyter/ydoc';
import type { IDisposable } from '@lumino/disposable';
import { DisposableDelegate } from '@lumino/disposable';
import type { editor } from 'monaco-editor/editor';

/** One replacement: `removed` characters at `offset` become `text`. */
export interface TextEdit {
  readonly offset: number;
  readonly removed: number;
  readonly text: string;
}

type Delta = readonly { readonly retain?: number; readonly insert?: string | object | readonly unknown[]; readonly delete?: number }[];

/** A shared text's change as replacements, each at its offset in the text as the earlier ones left it. */
export function editsOf(delta: Delta): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  let offset = 0;
  for (const part of delta) {
    if (part.retain !== undefined) offset += part.retain;
    else if (typeof part.insert === 'string') {
      edits.push({ offset, removed: 0, text: part.insert });
      offset += part.insert.length;
    } else if (part.delete !== undefined) edits.push({ offset, removed: part.delete, text: '' });
  }
  return edits;
}

/**
 * Keeps a Monaco model and a shared document the same text, in both directions, by small edits: undo of others,
 * collaboration and "revert to disk" go on working. Both sides use `\n`.
 */
export function bindModel(model: editor.ITextModel, shared: ISharedFile, lineFeed: editor.EndOfLineSequence): IDisposable {
  let applying = false;
  const quietly = (work: () => void): void => {
    applying = true;
    try {
      work();
    } finally {
      applying = false;
    }
  };
  model.setEOL(lineFeed);
  quietly(() => model.setValue(shared.getSource()));
  const typed = model.onDidChangeContent(event => {
    if (applying) return;
    quietly(() =>
      shared.transact(() => {
        for (const change of event.changes) shared.updateSource(change.rangeOffset, change.rangeOffset + change.rangeLength, change.text);
      })
    );
  });
  const onShared = (_sender: ISharedFile, change: { readonly sourceChange?: unknown }): void => {
    if (applying || change.sourceChange === undefined) return;
    quietly(() => {
      for (const { offset, removed, text } of editsOf(change.sourceChange as Delta)) {
        const start = model.getPositionAt(offset);
        const end = model.getPositionAt(offset + removed);
        model.applyEdits([{ range: { startLineNumber: start.lineNumber, startColumn: start.column, endLineNumber: end.lineNumber, endColumn: end.column }, text }]);
      }
      if (model.getValue() !== shared.getSource()) model.setValue(shared.getSource());
    });
  };
  shared.changed.connect(onShared);
  return new DisposableDelegate(() => {
    typed.dispose();
    shared.changed.disconnect(onShared);
  });
}
