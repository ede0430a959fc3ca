/** Items in order of (time, when they were added): a binary heap. */
export class TimeQueue<T = number> {
  private readonly items: T[] = [];
  private readonly times: number[] = [];
  private readonly orders: number[] = [];
  private added = 0;

  get size(): number {
    return this.items.length;
  }

  /** Time of the first item; Infinity when there is none, so ask for `size` where times may be compared with Infinity. */
  get firstMs(): number {
    return this.times[0] ?? Infinity;
  }

  add(timeMs: number, item: T): void {
    let index = this.items.length;
    const order = this.added++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.times[parent]! <= timeMs) break;
      this.move(parent, index);
      index = parent;
    }
    this.put(index, timeMs, item, order);
  }

  /** Takes the first item out. */
  pop(): T {
    const first = this.items[0]!;
    const timeMs = this.times.pop()!;
    const item = this.items.pop()!;
    const order = this.orders.pop()!;
    const count = this.items.length;
    if (count === 0) return first;
    let index = 0;
    for (let child = 1; child < count; child = 2 * index + 1) {
      if (child + 1 < count && this.isBefore(child + 1, this.times[child]!, this.orders[child]!)) child += 1;
      if (!this.isBefore(child, timeMs, order)) break;
      this.move(child, index);
      index = child;
    }
    this.put(index, timeMs, item, order);
    return first;
  }

  /** All items in order. */
  inOrder(): T[] {
    const indexes = this.items.map((_, index) => index);
    indexes.sort((a, b) => this.times[a]! - this.times[b]! || this.orders[a]! - this.orders[b]!);
    return indexes.map(index => this.items[index]!);
  }

  private isBefore(index: number, timeMs: number, order: number): boolean {
    return this.times[index]! < timeMs || (this.times[index] === timeMs && this.orders[index]! < order);
  }

  private move(from: number, to: number): void {
    this.put(to, this.times[from]!, this.items[from]!, this.orders[from]!);
  }

  private put(index: number, timeMs: number, item: T, order: number): void {
    this.times[index] = timeMs;
    this.items[index] = item;
    this.orders[index] = order;
  }
}
