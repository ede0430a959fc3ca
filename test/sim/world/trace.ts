/** A running hash over everything that happened, so that two runs can be compared. */
export class Trace {
  private low = 0x811c9dc5;
  private high = 0x01000193;

  number(value: number): void {
    this.word(value | 0);
    this.word((value * 1_000) | 0);
  }

  bytes(bytes: Uint8Array): void {
    for (let index = 0; index < bytes.length; index++) this.word(bytes[index] ?? 0);
  }

  text(text: string): void {
    for (let index = 0; index < text.length; index++) this.word(text.charCodeAt(index));
  }

  get hex(): string {
    return [this.high, this.low].map(word => (word >>> 0).toString(16).padStart(8, '0')).join('');
  }

  private word(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x01000193);
    this.high = Math.imul(this.high ^ value ^ (this.low >>> 7), 0x85ebca6b);
  }
}
