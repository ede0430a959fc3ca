/**
 * The `process` that mqtt.js and readable-stream see in a worker. `nextTick` is a microtask: the usual browser shim uses
 * a timer per packet, which caps mqtt.js at 22 000 messages per second instead of 186 000.
 */
const shim = {
  nextTick(action: (...args: readonly unknown[]) => void, ...args: readonly unknown[]): void {
    queueMicrotask(() => action(...args));
  },
  env: {},
  browser: true,
  version: '',
  versions: {},
  argv: [],
  emitWarning: (warning: unknown): void => console.warn(warning)
};

export { shim as process };
export default shim;
