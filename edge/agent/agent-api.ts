import type { ConnectionBook } from '../connection/connection-book';
import type { KeyRing } from '../crypto/key-ring';
import type { Env } from '../env/env';
import type { Log } from '../log/log';
import type { BrokerSettings, RenewedSettings } from '../mqtt/broker-settings';
import type { OtlpSettings } from '../telemetry/otlp-settings';
import type { Rejected } from './admission';

export interface AgentOptions {
  /** Everything that must survive: state, bundles, the admin token. One agent per folder. */
  readonly dataDir: string;
  readonly trustFile: string;
  /** Broker of every connection that is not in `brokers`. */
  readonly brokerUrl?: string;
  /** Brokers by the name of the plan's connection. */
  readonly brokers?: Readonly<Record<string, BrokerSettings>>;
  /** Other connections of the plan by name: folders, HTTP and StatsD servers, brokers; they come before `brokers`. */
  readonly connections?: ConnectionBook;
  /** Keys of the columns that leave encrypted; rows whose key is not there become dead letters. */
  readonly keys?: KeyRing;
  /** A folder, or `s3://bucket/prefix` with endpoint and credentials from the environment. Default: `lake` in the data folder. */
  readonly lakeDir?: string;
  /** Label of this machine for the targets of bundles; default none. */
  readonly target?: string | null;
  /** Loopback address; default 127.0.0.1 and any free port. */
  readonly http?: { readonly host: string; readonly port: number };
  /** Bundle to activate at the start, unless it is active already. */
  readonly bundleFile?: string;
  /** A lake file is written when this many rows wait (default 50 000) or the oldest waited this long (default 10 s). */
  readonly rollRows?: number;
  readonly rollMs?: number;
  /** How often small files of the lake are joined, default 1 h; null: never. */
  readonly lakeCompactEveryMs?: number | null;
  /** What the store may take of the disk, default 4 GiB, at least 1 MiB. When it is full, e.g. in a long outage of a sink, nothing more is taken in. */
  readonly storeBytesMax?: number;
  /** A new release is on probation for this long, counted from its first input (default 60 s): it gives way to the former one when it breaks its service level, loses account of a record, fails or keeps ending the process. 0: none. */
  readonly probationMs?: number;
  /** Takes one line of words for people and the facts behind it. */
  readonly log?: Log;
  /** Where metrics, traces and logs go beside /metrics; default nowhere. */
  readonly otlp?: OtlpSettings | null;
  /** Share of effects that begin a trace of their own, 0 to 1, default 0. */
  readonly traceRatio?: number;
  /** A source that has brought nothing for so long is not ready; default: silence is no fault. */
  readonly silenceMaxMs?: number | null;
  /** User, password, certificates and key of every broker that has none of its own, read for each connection. */
  readonly brokerSecrets?: () => RenewedSettings;
  /** Default: the system's clocks, timers and network. */
  readonly env?: Env;
}

export type DeployAnswer = { readonly ok: true; readonly pipeline: string; readonly release: number } | Rejected;

export interface AgentHandle {
  /** Address of `/metrics`, `/status` and so on. */
  readonly url: string;
  /** Random, made at the first start, stays. */
  readonly agentId: string;
  /** Resolves after `stop`; rejects when the agent cannot go on (disk, bug). */
  readonly done: Promise<void>;
  status(): AgentStatus;
  /** What `/metrics` says. */
  metrics(): string;
  deploy(bytes: Uint8Array): Promise<DeployAnswer>;
  /** Stops taking messages in, runs what waits, commits, carries out what it can within some seconds. */
  stop(): Promise<void>;
}

export interface AgentStatus {
  readonly state: 'waiting' | 'live' | 'blocked' | 'stopping' | 'failed';
  readonly pipeline: string | null;
  readonly release: number | null;
  readonly sha256: string | null;
  readonly [more: string]: unknown;
}
