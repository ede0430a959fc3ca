/** Cells by the time at which each is due, soonest first: a binary heap that knows the place of each cell. */
export class DueHeap {
  private heap = new Int32Array(0);
  /** Place of each cell in `heap`; -1: it is not there. */
  private places = new Int32Array(0);
  private dues = new Float64Array(0);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** When the first cell is due; Infinity when there is none. */
  get firstMs(): number {
    return this.count === 0 ? Infinity : this.dues[this.heap[0]!]!;
  }

  /** The first cell; there must be one. */
  get first(): number {
    return this.heap[0]!;
  }

  resize(cellCount: number): void {
    const heap = new Int32Array(cellCount);
    const places = new Int32Array(cellCount).fill(-1);
    const dues = new Float64Array(cellCount);
    heap.set(this.heap);
    places.set(this.places);
    dues.set(this.dues);
    this.heap = heap;
    this.places = places;
    this.dues = dues;
  }

  /** Puts `cell` in, or moves it. */
  set(cell: number, dueMs: number): void {
    let place = this.places[cell]!;
    if (place < 0) {
      place = this.count++;
      this.dues[cell] = dueMs;
      this.rise(cell, place);
      return;
    }
    const before = this.dues[cell]!;
    this.dues[cell] = dueMs;
    if (dueMs < before) this.rise(cell, place);
    else this.sink(cell, place);
  }

  remove(cell: number): void {
    const place = this.places[cell]!;
    if (place < 0) return;
    this.places[cell] = -1;
    const last = this.heap[--this.count]!;
    if (last === cell) return;
    if (this.dues[last]! < this.dues[cell]!) this.rise(last, place);
    else this.sink(last, place);
  }

  private rise(cell: number, from: number): void {
    const due = this.dues[cell]!;
    let place = from;
    while (place > 0) {
      const parent = this.heap[(place - 1) >> 1]!;
      if (this.dues[parent]! <= due) break;
      this.put(parent, place);
      place = (place - 1) >> 1;
    }
    this.put(cell, place);
  }

  private sink(cell: number, from: number): void {
    const due = this.dues[cell]!;
    let place = from;
    for (let child = 2 * place + 1; child < this.count; child = 2 * place + 1) {
      if (child + 1 < this.count && this.dues[this.heap[child + 1]!]! < this.dues[this.heap[child]!]!) child += 1;
      if (this.dues[this.heap[child]!]! >= due) break;
      this.put(this.heap[child]!, place);
      place = child;
    }
    this.put(cell, place);
  }

  private put(cell: number, place: number): void {
    this.heap[place] = cell;
    this.places[cell] = place;
  }
}
