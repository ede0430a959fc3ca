import { inspect } from 'node:util';

/**
 * A secret by reference. Its value is read when it is needed and not kept; whatever prints the object, a template string,
 * JSON or an inspector, sees where the secret comes from and never what it is.
 */
export class Secret {
  readonly #read: () => string;

  constructor(
    /** `env:NAME`, `file:PATH` or `credential:ID`. */
    readonly reference: string,
    read: () => string
  ) {
    this.#read = read;
  }

  /** The value as it is now: a secret that was replaced on disk is seen at the next call. Throws `SECRET_UNREADABLE`. */
  reveal(): string {
    return this.#read();
  }

  toString(): string {
    return `<secret ${this.reference}>`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
