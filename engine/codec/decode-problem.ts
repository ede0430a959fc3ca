import type { DecodeFault } from './decode-failure';

/**
 * What stops a decoder in the middle of a payload. Thrown inside a decoder and caught by `GuardedDecoder.decode`, which makes
 * a DecodeFailure of it; it never leaves this folder. No Error, because a stack would cost more than the decoding.
 */
export class DecodeProblem {
  /** `offset`: byte of the payload; -1 where only the reader knows it. */
  constructor(
    readonly fault: DecodeFault,
    readonly message: string,
    readonly offset = -1,
    readonly column?: string
  ) {}
}
