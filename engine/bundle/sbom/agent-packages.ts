/** A package whose code is in the agent. */
export interface AgentPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX identifier or expression. */
  readonly license: string;
}

/** The packages whose code the agent runs: those that it installs and those that are bundled into it. Written by `node scripts/agent-packages.mjs`; a test compares it with the build. */
export const AGENT_PACKAGES: readonly AgentPackage[] = [
  { name: '@photostructure/sqlite', version: '1.2.1', license: 'MIT' },
  { name: 'abort-controller', version: '3.0.0', license: 'MIT' },
  { name: 'acorn', version: '8.15.0', license: 'MIT' },
  { name: 'aws4fetch', version: '1.0.20', license: 'MIT' },
  { name: 'bl', version: '6.1.6', license: 'MIT' },
  { name: 'debug', version: '4.4.3', license: 'MIT' },
  { name: 'esbuild', version: '0.28.2', license: 'MIT' },
  { name: 'event-target-shim', version: '5.0.1', license: 'MIT' },
  { name: 'fft.js', version: '4.0.4', license: 'MIT' },
  { name: 'fzstd', version: '0.1.1', license: 'MIT' },
  { name: 'has-flag', version: '4.0.0', license: 'MIT' },
  { name: 'hyparquet', version: '1.31.5', license: 'MIT' },
  { name: 'hyparquet-compressors', version: '1.1.2', license: 'MIT' },
  { name: 'hyparquet-writer', version: '0.17.0', license: 'MIT' },
  { name: 'hysnappy', version: '1.1.1', license: 'MIT' },
  { name: 'inherits', version: '2.0.4', license: 'ISC' },
  { name: 'mqtt-packet', version: '9.0.2', license: 'MIT' },
  { name: 'ms', version: '2.1.3', license: 'MIT' },
  { name: 'onnxruntime-web', version: '1.30.0', license: 'MIT' },
  { name: 'process', version: '0.11.10', license: 'MIT' },
  { name: 'process-nextick-args', version: '2.0.1', license: 'MIT' },
  { name: 'readable-stream', version: '4.8.0', license: 'MIT' },
  { name: 'safe-buffer', version: '5.2.1', license: 'MIT' },
  { name: 'string_decoder', version: '1.3.0', license: 'MIT' },
  { name: 'supports-color', version: '7.2.0', license: 'MIT' }
];
