/** Wraps `fetch` of a worker so that the bytes of all answers are known: parquet-wasm fetches by itself. */
export function countFetches(scope: { fetch: typeof fetch }): { readonly bytes: number } {
  const counter = { bytes: 0 };
  const original = scope.fetch.bind(scope);
  scope.fetch = async (input, init) => {
    const response = await original(input, init);
    const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
    if (method !== 'HEAD') counter.bytes += Number(response.headers.get('content-length') ?? 0);
    return response;
  };
  return counter;
}
