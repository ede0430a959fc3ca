interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Replacements in one text. Ranges must not overlap; edits at the same place keep the order in which they were made.
 * `offsetAfter` maps positions of the old text to positions of the new one.
 */
export class Edits {
  private readonly edits: Edit[] = [];

  constructor(private readonly text: string) {}

  insert(at: number, text: string): void {
    this.edits.push({ start: at, end: at, text });
  }

  replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text });
  }

  remove(start: number, end: number): void {
    this.edits.push({ start, end, text: '' });
  }

  apply(): EditedText {
    const sorted = this.edits.map((edit, index) => ({ edit, index })).sort((a, b) => a.edit.start - b.edit.start || a.index - b.index);
    const pieces: string[] = [];
    const ends: number[] = [];
    const shifts: number[] = [];
    let position = 0;
    let shift = 0;
    for (const { edit } of sorted) {
      pieces.push(this.text.slice(position, edit.start), edit.text);
      position = edit.end;
      shift += edit.text.length - (edit.end - edit.start);
      ends.push(edit.end);
      shifts.push(shift);
    }
    pieces.push(this.text.slice(position));
    return new EditedText(pieces.join(''), ends, shifts);
  }
}

export class EditedText {
  constructor(
    readonly text: string,
    private readonly ends: readonly number[],
    private readonly shifts: readonly number[]
  ) {}

  /** Where the character at `offset` of the old text stands now; text inserted before it counts. */
  offsetAfter(offset: number): number {
    let low = 0;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return offset + (low === 0 ? 0 : (this.shifts[low - 1] ?? 0));
  }
}
