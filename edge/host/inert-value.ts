/**
 * A value that takes part in everything and does nothing: called, awaited, iterated or read it stays itself, an empty
 * list or an empty text. It stands for results of `run`, `record`, `validate` … while a program is only being read for
 * its pipelines.
 */
export function inertValue(): unknown {
  const target = (): void => undefined;
  const proxy: unknown = new Proxy(target, {
    get(_target, property) {
      if (property === 'then') return undefined;
      if (property === Symbol.toPrimitive) return (hint: string) => (hint === 'number' ? 0 : '');
      if (property === Symbol.iterator) return [][Symbol.iterator].bind([]);
      if (property === Symbol.asyncIterator) return emptyAsyncIterator;
      return proxy;
    },
    apply: () => proxy,
    construct: () => target,
    set: () => true,
    has: () => true
  });
  return proxy;
}

function emptyAsyncIterator(): AsyncIterator<never> {
  return { next: () => Promise.resolve({ done: true, value: undefined }) };
}
