import type { Material } from './mutate';

/** Something that takes bytes from outside. */
export interface FuzzTarget extends Material {
  /**
   * Takes one input and says in a word what became of it. Throws when that is not a typed refusal: an error of the wrong
   * class, an input that is not accounted for, a neighbour that was damaged.
   */
  take(input: Uint8Array): string | Promise<string>;
  /** Called before the input of that index is made. */
  at?(index: number): void;
  /** After the last input; throws when the account does not balance. */
  finish?(): void | Promise<void>;
}

/** Makes a target in the process that runs it; `folder` is its own and empty. */
export type MakeTarget = (folder: string) => FuzzTarget | Promise<FuzzTarget>;

/** Gives what `body` gives, or the code of the typed error that it throws; any other error passes. */
export function refusedOr(body: () => string, isTyped: (error: unknown) => error is Error & { readonly code: string }): string {
  try {
    return body();
  } catch (error) {
    if (isTyped(error)) return error.code;
    throw error;
  }
}
