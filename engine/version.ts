/** Version of the engine, written into every report; the same number as the package's. */
export const ENGINE_VERSION = '0.1.0';
