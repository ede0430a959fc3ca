import { joinBytes } from '../platform/join-bytes';

/** The part of a WebSocket that mqtt.js uses. */
export interface SocketLike {
  readonly readyState: number;
  readonly OPEN: number;
  readonly bufferedAmount: number;
  binaryType: BinaryType;
  addEventListener(type: 'open' | 'close' | 'error' | 'message', listener: (event: never) => void): void;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/**
 * A WebSocket that hands on the frames of one moment as one piece. Mosquitto sends a frame per message, and a frame costs
 * mqtt.js three streams and a parser round; many packets in one piece cost it an eighth per packet. A lone frame waits for
 * one timer turn (1 ms).
 */
export class CoalescingSocket implements SocketLike {
  private frames: Uint8Array[] = [];
  private scheduled = false;
  private readonly listeners: ((event: { readonly data: ArrayBuffer }) => void)[] = [];

  /** `frameBytesMax`: a larger frame ends the connection through `onTooLarge`. */
  constructor(
    private readonly socket: WebSocket,
    options: { readonly frameBytesMax: number; readonly onTooLarge: (bytes: number) => void }
  ) {
    socket.addEventListener('message', event => {
      const data: unknown = event.data;
      if (!(data instanceof ArrayBuffer)) return;
      if (data.byteLength > options.frameBytesMax) {
        options.onTooLarge(data.byteLength);
        socket.close();
      } else this.take(data);
    });
    socket.addEventListener('close', () => this.flush());
  }

  get readyState(): number {
    return this.socket.readyState;
  }
  get OPEN(): number {
    return this.socket.OPEN;
  }
  get bufferedAmount(): number {
    return this.socket.bufferedAmount;
  }
  get binaryType(): BinaryType {
    return this.socket.binaryType;
  }
  set binaryType(type: BinaryType) {
    this.socket.binaryType = type;
  }

  addEventListener(type: 'open' | 'close' | 'error' | 'message', listener: (event: never) => void): void {
    if (type === 'message') this.listeners.push(listener as (event: { readonly data: ArrayBuffer }) => void);
    else this.socket.addEventListener(type, listener as (event: Event) => void);
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    this.socket.send(data);
  }

  close(): void {
    this.socket.close();
  }

  private take(frame: ArrayBuffer): void {
    this.frames.push(new Uint8Array(frame));
    if (this.scheduled) return;
    this.scheduled = true;
    setTimeout(() => this.flush(), 1);
  }

  private flush(): void {
    this.scheduled = false;
    if (this.frames.length === 0) return;
    const data = joinBytes(this.frames).buffer;
    this.frames = [];
    for (const listener of this.listeners) listener({ data });
  }
}
