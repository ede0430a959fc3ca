export interface NotebookScope {
  /** Variables of the notebook as own properties; other names fall back to `overlay`, then to the worker's globals. */
  readonly object: Record<string, unknown>;
  /** Target of assignments to constants: every write throws. */
  readonly constant: object;
  /** Makes room for names that a cell is about to declare, so that a name of the globals is shadowed, not overwritten. */
  declare(names: readonly string[]): void;
}

export interface ScopeOptions {
  readonly globals: object;
  /** Names that the kernel gives to cells; they come before the globals. */
  readonly overlay?: Readonly<Record<string, unknown>>;
}

/** The object that holds a notebook's top-level bindings. */
export function createScope({ globals, overlay = {} }: ScopeOptions): NotebookScope {
  const isGlobal = (key: PropertyKey): boolean => Object.hasOwn(overlay, key) || key in globals;
  const fallback = new Proxy(Object.create(null) as object, {
    has: (_target, key) => isGlobal(key),
    get(_target, key) {
      if (typeof key === 'symbol') return undefined;
      if (Object.hasOwn(overlay, key)) return overlay[key];
      if (!(key in globals)) throw new ReferenceError(`${key} is not defined`);
      return Reflect.get(globals, key) as unknown;
    },
    set(_target, key, value: unknown, receiver: object) {
      if (!Object.hasOwn(overlay, key) && key in globals) return Reflect.set(globals, key, value);
      return Reflect.defineProperty(receiver, key, { value, writable: true, enumerable: true, configurable: true });
    }
  });
  const object = Object.create(fallback) as Record<string, unknown>;
  const constant = new Proxy(object, {
    get: (_target, key) => Reflect.get(object, key) as unknown,
    set(_target, key) {
      throw new TypeError(`assignment to constant variable "${String(key)}"; declare it with let to change it`);
    }
  });
  const declare = (names: readonly string[]): void => {
    for (const name of names) {
      if (Object.getOwnPropertyDescriptor(object, name)?.get !== undefined) Reflect.deleteProperty(object, name);
      if (!Object.hasOwn(object, name) && isGlobal(name)) Object.defineProperty(object, name, { value: undefined, writable: true, enumerable: true, configurable: true });
    }
  };
  return { object, constant, declare };
}
