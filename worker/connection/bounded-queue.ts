/**
 * FIFO with a bound in items and bytes. What does not fit is counted, never silently lost; the newest item is refused,
 * so that what is inside stays in order and without holes.
 */
export class BoundedQueue<Item> {
  private items: Item[] = [];
  private bytes = 0;
  private refused = 0;

  constructor(private readonly limits: { readonly itemsMax: number; readonly bytesMax: number }) {}

  get size(): number {
    return this.items.length;
  }

  /** Items refused since the beginning. */
  get dropped(): number {
    return this.refused;
  }

  push(item: Item, bytes: number): boolean {
    if (this.items.length >= this.limits.itemsMax || this.bytes + bytes > this.limits.bytesMax) {
      this.refused += 1;
      return false;
    }
    this.items.push(item);
    this.bytes += bytes;
    return true;
  }

  /** Everything inside, oldest first; the queue is empty afterwards. */
  drain(): Item[] {
    const items = this.items;
    this.items = [];
    this.bytes = 0;
    return items;
  }
}
