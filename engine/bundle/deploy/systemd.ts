import { agentPackage, dnsLabel, runArguments, secretNames, siteArguments, siteVariables } from './values';
import type { DeploymentValues, Places } from './values';

/** A systemd unit for a machine without containers: a user of its own, a read-only system, secrets as credentials, the data under /var/lib. */
export function systemdUnit(values: DeploymentValues): string {
  const name = dnsLabel(values.pipeline);
  const folder = `/etc/${name}`;
  const places: Places = {
    bundle: `${folder}/${values.bundleFile}`,
    trust: `${folder}/trust.json`,
    data: `/var/lib/${name}`,
    lake: values.lakeDir === null ? null : `/var/lib/${name}/lake`,
    secret: secret => `credential:${secret}`,
    keys: '%d/keys.json',
    host: '127.0.0.1'
  };
  const secrets = secretNames(values);
  const credentials = secrets.map(secret => `LoadCredential=${secret}:${folder}/secrets/${secret}\n`).join('');
  const variables = Object.entries(siteVariables(values)).map(([variable, value]) => ` ${variable}=${value}`).join('');
  return `# 1. Install the agent: npm install --global --omit=dev ./${agentPackage(values)}   (npm pack in a built clone of Littoral)
# 2. Into ${folder}: ${values.bundleFile}, trust.json${secrets.length === 0 ? '' : `, and with mode 0600, owner root: ${secrets.map(secret => `secrets/${secret}`).join(', ')}`}
# 3. This file to /etc/systemd/system/${name}.service, then: systemctl daemon-reload && systemctl enable --now ${name}
# What differs from site to site stands in ${folder}/environment, as the variables below.
[Unit]
Description=Littoral pipeline ${values.pipeline}, release ${values.release}
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Environment=${variables.trim()}
EnvironmentFile=-${folder}/environment
${credentials}ExecStart=/usr/bin/env littoral ${[...runArguments(values, places), ...siteArguments(values, '${LITTORAL_BROKER}', '${LITTORAL_TARGET}')].join(' ')}
Restart=on-failure
RestartSec=2
TimeoutStopSec=${values.stopSeconds}
KillSignal=SIGTERM
SyslogIdentifier=${name}
${HARDENING}MemoryMax=${values.memoryLimit.replace(/i$/, '')}
StateDirectory=${name}
StateDirectoryMode=0750
ConfigurationDirectory=${name}

[Install]
WantedBy=multi-user.target
`;
}

/** MemoryDenyWriteExecute is not among them: the JavaScript engine writes the code that it runs. */
const HARDENING = `DynamicUser=yes
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateUsers=yes
PrivateMounts=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
RemoveIPC=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
KeyringMode=private
CapabilityBoundingSet=
AmbientCapabilities=
DevicePolicy=closed
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
UMask=0077
TasksMax=128
LimitNOFILE=8192
`;
