/**
 * A value that takes part in everything and does nothing: called, constructed or read it stays itself, iterated it is
 * empty, as text it is empty, as a number 0. It stands for the results of `run`, `record`, `validate` … while a program
 * is only being read for its pipelines. Typed `never`, because it fits wherever such a result is expected.
 */
export function inertValue(): never {
  const target = function (): void {};
  const proxy: object = new Proxy(target, {
    get(_target, property) {
      if (property === 'then') return undefined;
      if (property === Symbol.toPrimitive) return (hint: string) => (hint === 'number' ? 0 : '');
      if (property === Symbol.iterator) return [][Symbol.iterator].bind([]);
      if (property === Symbol.asyncIterator) return emptyAsyncIterator;
      return proxy;
    },
    apply: () => proxy,
    construct: () => proxy,
    set: () => true,
    has: () => true
  });
  return proxy as never;
}

function emptyAsyncIterator(): AsyncIterator<never> {
  return { next: () => Promise.resolve({ done: true, value: undefined }) };
}
