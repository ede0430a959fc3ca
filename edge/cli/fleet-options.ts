import { LittoralError } from '../../engine/error';
import type { AgentHandle } from '../agent/agent-api';
import type { ConnectionBook } from '../connection/connection-book';
import { systemEnv } from '../env/system-env';
import { BundleFolder } from '../fleet/bundle-folder';
import { FleetLink } from '../fleet/fleet-link';
import { BUNDLE_BYTES_MAX } from '../fleet/fleet-messages';
import type { Log } from '../log/log';
import { withDefaults, type BrokerSettings, type RenewedSettings } from '../mqtt/broker-settings';
import { UsageError, type Call, type OptionSpec } from './verb';

/** Options of `littoral run` about where bundles come from. */
export const FLEET_OPTIONS: readonly OptionSpec[] = [
  { name: 'fleet', value: 'URL|NAME', doc: 'join the fleet of this broker (an address, or the NAME of a --connection): say there how this agent is, and take the bundles that `littoral fleet deploy` brings' },
  { name: 'name', value: 'NAME', doc: 'of this agent in its fleet; default: a random one that stays' },
  { name: 'label', value: 'LABEL=VALUE', multiple: true, doc: 'label of this agent in its fleet, such as site=north' },
  { name: 'bundles', value: 'DIR', doc: 'deploy every *.littoral.zip that is put into this folder' },
  { name: 'probation', value: 'TIME', doc: 'a new release is watched for so long from its first message on: when it breaks its service level, loses account of a record, fails, or the process dies three times, the former release comes back; 0s: never; default 60s' }
];

export interface Membership {
  stop(): Promise<void>;
}

/** Joins the fleet and watches the folder that the options name. Throws UsageError, `AGENT_NAME`, `BROKER_URL`, `CONNECTION_KIND`. */
export async function joinFleet(call: Call, agent: AgentHandle, means: { readonly connections: ConnectionBook; readonly brokerSecrets: (() => RenewedSettings) | undefined; readonly log: Log }): Promise<Membership> {
  const env = systemEnv();
  const { log } = means;
  const fleet = call.text('fleet');
  const link =
    fleet === undefined
      ? null
      : await FleetLink.start({ env, settings: settingsOf(fleet, means), name: call.text('name') ?? agent.agentId, labels: labelsOf(call), dataDir: call.required('data'), agent, log });
  const bundles = call.text('bundles');
  const folder = bundles === undefined ? null : new BundleFolder({ env, folder: bundles, bytesMax: BUNDLE_BYTES_MAX, agent, log });
  folder?.start();
  return {
    stop: async () => {
      folder?.stop();
      await link?.stop();
    }
  };
}

function settingsOf(fleet: string, { connections, brokerSecrets }: { readonly connections: ConnectionBook; readonly brokerSecrets: (() => RenewedSettings) | undefined }): BrokerSettings {
  if (fleet.includes('://')) return withDefaults({ url: fleet }, brokerSecrets, { credentials: true });
  const settings = connections.brokerOf(fleet);
  if (settings === undefined) throw new LittoralError('NO_BROKER', `fleet "${fleet}": the agent knows no connection of that name; expected one, or an address such as mqtt://host:1883. Correct --fleet, or add --connection ${fleet}=mqtt://….`);
  return withDefaults(settings, brokerSecrets, { credentials: false });
}

/** Throws UsageError. */
export function labelsOf(call: Call): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (const text of call.texts('label')) {
    const match = /^([A-Za-z0-9][A-Za-z0-9._/-]{0,62})=(.{1,200})$/.exec(text);
    if (match?.[1] === undefined || match[2] === undefined) throw new UsageError(`littoral run: --label "${text}" is not LABEL=VALUE, such as site=north`);
    labels.set(match[1], match[2]);
  }
  return Object.fromEntries(labels);
}
